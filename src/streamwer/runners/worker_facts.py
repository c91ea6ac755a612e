"""Facts that workers report of themselves, such as their model and packages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from streamwer.config import registry
from streamwer.config.experiment import SystemConfig
from streamwer.provenance.signature import UNKNOWN

Facts = Mapping[str, Any]
"""Numbers and texts by name."""

MODEL = "model_digest"
"""Key of the digest of the loaded model."""
_AND = " / "
"""Separator of texts that differ between workers."""
PACKAGE = "package "
"""Prefix of the keys of package versions."""
_PACKAGES = ("streamwer", "faster-whisper", "ctranslate2", "onnxruntime", "tokenizers", "numpy")
"""Packages that affect the hypotheses; those of scoring are recorded with the scores."""


def collect_packages(system: SystemConfig) -> dict[str, str]:
    """Return the versions of the packages that a worker of a system runs with, as facts."""
    added = registry.list_packages(policy=system.policy.get("name"), engine=system.engine.name)
    versions = {name: _read_version(name) for name in _PACKAGES} | added
    return {f"{PACKAGE}{name}": number for name, number in versions.items()}


def merge_facts(workers: Iterable[Facts]) -> dict[str, Any]:
    """Merge the facts of several workers: the largest of numbers, all different texts."""
    merged: dict[str, Any] = {}
    for facts in workers:
        for key, value in facts.items():
            merged[key] = _merge_values(merged[key], value) if key in merged else value
    return merged


def _merge_values(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping):  # values by worker
        return merge_facts([one, other])
    if isinstance(one, str):
        return _AND.join(sorted({*one.split(_AND), *other.split(_AND)}))
    return max(one, other)


def _read_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return UNKNOWN
