"""The model that a user names: one of `conf/model`, or one without a file there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from streamwer.config import model_catalogue
from streamwer.config.compose import quote_value

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

    def build_overrides(self, changed: Collection[str] = ()) -> Iterator[str]:
        """Build the overrides in Hydra's grammar.

        Args:
            changed: keys that the caller overrides with values of its own.
        """
        yield f"model={self.option}"
        for key, value in self.instead.items():
            if key not in changed:
                yield f"model.{key}={'null' if value is None else quote_value(value)}"


def choose_model(
    name: str | None, path: str | None, default: str, key: str = "--model"
) -> ModelChoice:
    """Choose the model that was asked for.

    Args:
        name: of a model, a folder, or a repository on the hub; None where none was named.
        path: the files of a model that has no file of its own; None where it was not said.
        default: the option of `conf/model` where nothing was asked for.
        key: what an error calls `name`.

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
    raise model_catalogue.refuse_unknown(name, key)


def _override_model(path: str, revision: str | None) -> dict[str, str | None]:
    """Override what only the user knows of a model."""
    name = PurePath(path).name or path
    unknown = dict.fromkeys(("sha256", "weights_bytes", "package"))
    return {"name": name, "revision": revision, **unknown}
