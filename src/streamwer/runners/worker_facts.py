"""Facts that workers report of themselves: the model and the packages that they run with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from streamwer.config import plugins
from streamwer.config.experiment import SystemConfig
from streamwer.provenance.signature import UNKNOWN

Facts = Mapping[str, Any]
"""What workers say of themselves, by name: numbers and texts."""

MODEL = "model_digest"
"""The key of the digest of the model that was loaded."""
_AND = " / "
"""Between the texts of workers that say different things."""
PACKAGE = "package "
"""What the keys of package versions begin with."""
_PACKAGES = ("streamwer", "faster-whisper", "ctranslate2", "onnxruntime", "tokenizers", "numpy")
"""Those that shape what is said; jiwer and the normaliser measure it and are named when scored."""


def packages(system: SystemConfig) -> dict[str, str]:
    """The facts that say which packages a worker of a system runs with."""
    added = plugins.packages(policy=system.policy.get("name"), engine=system.engine.name)
    versions = {name: _version(name) for name in _PACKAGES} | added
    return {f"{PACKAGE}{name}": number for name, number in versions.items()}


def worst(each: Iterable[Facts]) -> dict[str, Any]:
    """One record of what several workers say: the largest number, and of what is no number, all.

    Workers on other machines may differ in what they load and run on: then both are told.
    """
    found: dict[str, Any] = {}
    for facts in each:
        for key, value in facts.items():
            found[key] = _worse(found[key], value) if key in found else value
    return found


def _worse(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping):  # something of each worker, by its name
        return worst([one, other])
    if isinstance(one, str):
        return _AND.join(sorted({*one.split(_AND), *other.split(_AND)}))
    return max(one, other)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return UNKNOWN
