"""The models of `conf/model`, found by the names that people type.

`tiny_en`, `tiny.en`, `whisper-tiny.en`, `Systran/faster-whisper-tiny.en` and
`openai/whisper-tiny.en` are one model. The files are the only list of models that there is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import yaml

from streamwer.config.conf_dir import find_conf_dir
from streamwer.config.model import ModelConfig, forget_source
from streamwer.errors import ModelError
from streamwer.text.languages import AUTO, ENGLISH, normalise_language

_OWNERS = frozenset(
    "distil-whisper dropbox-dash guillaumekln mobiuslabsgmbh openai systran".split()
)
_FAMILY = re.compile(r"^(?:faster-)?(distil-)?whisper-")
_SHORT_NAMES = {"large": "large-v3", "turbo": "large-v3-turbo"}  # as faster-whisper has them
_LIKE_A_FOLDER = ("/", "./", "../", "~")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_ENGLISH_ONLY = re.compile(r"[._-]en$|(^|[/-])distil-")
_NEAREST = 3


def list_models() -> dict[str, ModelConfig]:
    """Read every model of `conf/model`, by name, in alphabetical order."""
    return {
        file.stem: _read_model(file) for file in sorted((find_conf_dir() / "model").glob("*.yaml"))
    }


def find(name: str) -> ModelConfig | None:
    """Find the model of `conf/model` that goes by a name, or None."""
    return _find_by_name(name, list_models())


def resolve(model: ModelConfig) -> ModelConfig:
    """Complete a model whose `path` is one of the names of a model of `conf/model`.

    It gets that model's path and, at its revision, the digest and the package. It also gets the
    name where it had that of another of them (`model=reference model.path=tiny.en`). How it is run
    stays. A folder that exists is what it is, whatever its name.
    """
    if not model.path or looks_like_folder(model.path):
        return model
    models = list_models()
    known, own = _find_by_name(model.path, models), models.get(model.name)
    if known is None:
        return model
    pinned = model.revision in (None, own and own.revision)
    if known is own and pinned:
        return replace(model, path=known.path, revision=known.revision)
    if own:  # what its file says of that one does not hold for this one
        revision = None if pinned else model.revision
        model = replace(forget_source(model), name=known.name, revision=revision)
    model = replace(model, path=known.path, revision=model.revision or known.revision)
    if model.revision != known.revision:
        return model
    sha256, package = model.sha256 or known.sha256, model.package or known.package
    return replace(model, sha256=sha256, weights_bytes=known.weights_bytes, package=package)


def settle(model: ModelConfig) -> ModelConfig:
    """Resolve a model's name, and turn its language into the code that the model goes by."""
    model = resolve(model)
    language = normalise_language(model.language)
    if language == AUTO and knows_only_english(model):
        language = ENGLISH
    return replace(model, language=language)


def looks_like_folder(path: str) -> bool:
    """Tell whether a text is the path of a folder: there is one, or it begins like one."""
    return path.startswith(_LIKE_A_FOLDER) or Path(path).is_dir()


def is_repository(path: str) -> bool:
    """Tell whether a text has the form of a repository on the hub, owner/name."""
    return bool(_REPOSITORY.fullmatch(path))


def find_beside_conf(model: ModelConfig) -> ModelConfig:
    """Find a folder that the config tree names relative to its checkout, from anywhere."""
    beside = find_conf_dir().parent / model.path
    if Path(model.path).is_dir() or not beside.is_dir():
        return model
    return replace(model, path=str(beside))


def knows_only_english(model: ModelConfig) -> bool:
    """Tell by its name, before its files are there, whether a model was trained on English only."""
    return bool(_ENGLISH_ONLY.search(model.path.rstrip("/").lower()))


def refuse_unknown(name: str, key: str) -> ModelError:
    """Build the error for a name that is neither a model, a folder nor a repository.

    Args:
        name: what was asked for.
        key: where it was asked for, such as `--model`.
    """
    shown = {stem.replace("_en", ".en").replace("_", "-"): stem for stem in list_models()}
    near = difflib.get_close_matches(_simplify(name).replace("-en", ".en"), shown, _NEAREST, 0.4)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return ModelError(
        f"{key}: there is no model {name!r}; {hint}`streaming models` lists the names;"
        " a folder (./my-model) or a repository on the hub (owner/name) will do as well"
    )


def _find_by_name(name: str, models: Mapping[str, ModelConfig]) -> ModelConfig | None:
    if name in models:
        return models[name]
    same = (each for each in models.values() if each.path == name)
    plain = _simplify(name)
    alike = (
        e for stem, e in models.items() if plain and plain in (_simplify(stem), _simplify(e.path))
    )
    return next(same, None) or next(alike, None)


def _read_model(file: Path) -> ModelConfig:
    values: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    known = {each.name for each in fields(ModelConfig)}
    return ModelConfig(**{key: value for key, value in values.items() if key in known})


def _simplify(name: str) -> str:
    """Reduce a name of a model to what all its names share; empty for a foreign repository."""
    owner, _, text = name.strip().lower().rpartition("/")
    if owner and owner not in _OWNERS:
        return ""
    text = _FAMILY.sub(r"\1", re.sub(r"[._]", "-", text)).removesuffix("-ct2")
    return _SHORT_NAMES.get(text, text)
