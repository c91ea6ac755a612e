"""The model that `--model` and `--path` name: one of `conf/model`, or one without a file there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from streamwer.config import model_catalogue

_ANY_REVISION = "main"


@dataclass(frozen=True)
class ModelChoice:
    """A model, as Hydra is to compose it.

    Attributes:
        option: the file of `conf/model` that says what it is and how it is run.
        instead: keys that are different, for a model without a file of its own.
    """

    option: str
    instead: Mapping[str, str | None] = field(default_factory=dict)


def choose_model(name: str | None, path: str | None, default: str) -> ModelChoice:
    """Choose the model that was asked for.

    Args:
        name: what `--model` says: a name of a model, a folder, or a repository on the hub.
        path: what `--path` says.
        default: the option of `conf/model` where nothing was asked for.

    Raises:
        ModelError: there is no model of that name.
    """
    if name is None and path is None:
        return ModelChoice(default)
    if known := model_catalogue.find(name if name is not None else path or ""):
        return ModelChoice(known.name)
    if name is None:
        return ModelChoice(default, _override_model(path or "", None))
    if model_catalogue.looks_like_folder(name):
        return ModelChoice(default, {"path": name, **_override_model(name, None)})
    if model_catalogue.is_repository(name):
        return ModelChoice(default, {"path": name, **_override_model(name, _ANY_REVISION)})
    raise model_catalogue.refuse_unknown(name, "--model")


def _override_model(path: str, revision: str | None) -> dict[str, str | None]:
    """Override what only the user knows of a model."""
    name = PurePath(path).name or path
    unknown = dict.fromkeys(("sha256", "weights_bytes", "package"))
    return {"name": name, "revision": revision, **unknown}
