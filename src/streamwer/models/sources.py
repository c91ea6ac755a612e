"""Where a model's files are: a folder, the hub's cache, an installed package, or the hub itself."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from streamwer.config import model_catalogue
from streamwer.config.model import ModelConfig
from streamwer.errors import ModelError
from streamwer.models import checksums, hub

# Without tokenizer.json, faster-whisper would quietly fetch another model's from the hub.
_NEEDED = ("model.bin", "tokenizer.json", "vocabulary.*")
_FALLBACK = "model=tiny_en needs no hub: `make environment` installs it from the package index"
FOLDER, CACHE, PACKAGE = "folder", "hub cache", "package"
"""The sources that need no network, in the order in which they are tried."""


@dataclass(frozen=True)
class Place:
    """Where a model is on this machine: a folder, and the source that it is of."""

    folder: Path
    source: str


def obtain(model: ModelConfig) -> Path:
    """Find a model's files, download them if need be, and check that they are what they should be.

    Raises:
        ModelError: as `locate`, or a file is damaged or another model's.
    """
    model = model_catalogue.resolve(model)
    folder = locate(model)
    checksums.check(folder, None if _is_own(model, folder) else model.sha256)
    return folder


def locate(model: ModelConfig) -> Path:
    """Find the folder that holds a model's files, and download them if need be.

    `model.path` is one of the names that `streamwer.config.model_catalogue` knows, a folder (relative
    paths start at the current directory), or a repository on the hub, of which `model.revision` is
    the commit to fetch. A folder wins; what the hub's cache or an installed package
    (`model.package`) holds is used without asking the hub, so that it also works offline.

    Raises:
        ModelError: the folder is missing or lacks a file, no model has that name, or the hub
            cannot be reached and nothing else holds the model.
    """
    model = model_catalogue.resolve(model)
    found = find(model)
    if found:
        return _complete(found.folder)
    if "/" not in model.path and not _known_to_faster_whisper(model.path):
        raise model_catalogue.refuse_unknown(model.path, "model.path")
    if model.revision is None or model_catalogue.looks_like_folder(model.path):
        raise ModelError(
            f"{model.path}: no such model folder (model.path); "
            "to use a model from the hub, set model.revision to a commit as well"
        )
    return _complete(_fetch(model.path, model.revision))


def find(model: ModelConfig) -> Place | None:
    """Find a model on this machine, or None; nothing is fetched, and a name is not resolved."""
    folder = Path(model.path).expanduser()
    if folder.is_dir():
        return Place(folder.absolute(), FOLDER)
    if cached := _find_cached(model):
        return Place(cached, CACHE)
    if packaged := _find_packaged(model.package):
        return Place(packaged, PACKAGE)
    return None


def _is_own(model: ModelConfig, folder: Path) -> bool:
    """Whether the user named a folder of other weights, of which nobody gave the digest.

    A copy of ours that was damaged has their length still, or cannot be loaded.
    """
    if model.weights_bytes is None or not model_catalogue.looks_like_folder(model.path):
        return False
    return (folder / "model.bin").stat().st_size != model.weights_bytes


def _is_complete(folder: Path) -> bool:
    return all(any(folder.glob(name)) for name in _NEEDED)


def _complete(folder: Path) -> Path:
    missing = [name for name in _NEEDED if not any(folder.glob(name))]
    if missing:
        raise ModelError(
            f"{folder}: not a CTranslate2 Whisper model, it has no {' and no '.join(missing)}"
        )
    return folder


def _find_cached(model: ModelConfig) -> Path | None:
    """The snapshot in the hub's cache; an older hub client may have left one that lacks files."""
    from huggingface_hub import try_to_load_from_cache

    if model.revision is None or model_catalogue.looks_like_folder(model.path):
        return None
    repository = _repository(model.path)
    if not model_catalogue.is_repository(repository):
        return None
    file = try_to_load_from_cache(repository, "model.bin", revision=model.revision)
    folder = Path(file).parent if isinstance(file, str) else None
    return folder if folder and _is_complete(folder) else None


def _find_packaged(package: str | None) -> Path | None:
    """The folder of an installed package's data, `package/folder`; its code is not run."""
    name, _, folder = (package or "").partition("/")
    spec = find_spec(name) if name else None
    roots = (Path(root, folder) for root in (spec and spec.submodule_search_locations) or ())
    return next((root for root in roots if _is_complete(root)), None)


def _fetch(path: str, revision: str) -> Path:
    from faster_whisper.utils import download_model

    hub.quiet()
    try:
        hub.commit("model", _repository(path), revision)
        return Path(download_model(path, revision=revision))
    except hub.NotOnHubError as error:
        raise _unavailable(path, revision, str(error)) from error
    except hub.FAILURES as error:
        raise _unavailable(path, revision, hub.reason(error)) from error


def _known_to_faster_whisper(path: str) -> bool:
    from faster_whisper.utils import available_models

    return path in available_models()


def _repository(path: str) -> str:
    """The hub id behind a name that faster-whisper knows; an id stands for itself."""
    if "/" in path:
        return path
    from faster_whisper.utils import _MODELS

    return str(_MODELS.get(path, path))


def _unavailable(path: str, revision: str, reason: str) -> ModelError:
    return ModelError(f"cannot fetch the model {path}@{revision}: {reason}; {_FALLBACK}")
