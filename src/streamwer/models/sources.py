"""Sources of a model's files: a folder, the hub's cache, an installed package, the hub."""

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
"""The sources without network access, in the order in which they are tried."""


@dataclass(frozen=True)
class ModelLocation:
    """The folder and the source of a model on this machine."""

    folder: Path
    source: str


def obtain_model(model: ModelConfig) -> Path:
    """Find a model's files, download them if need be, and check their digests.

    Raises:
        ModelError: as `locate_model`, or a file is damaged or another model's.
    """
    model = model_catalogue.resolve(model)
    folder = locate_model(model)
    checksums.check_model_files(folder, None if _is_custom_model(model, folder) else model.sha256)
    return folder


def locate_model(model: ModelConfig) -> Path:
    """Find the folder that holds a model's files, and download them if need be.

    `model.path` is a name in `config.model_catalogue`, a folder (relative to the current one),
    or a repository on the hub, of which `model.revision` is the commit to fetch. A folder wins;
    what the hub's cache or an installed package (`model.package`) holds is used without a request
    to the hub, so that it also works offline.

    Raises:
        ModelError: the folder is missing or lacks a file, no model has that name, or the hub
            cannot be reached and nothing else holds the model.
    """
    model = model_catalogue.resolve(model)
    if location := find_local_model(model):
        return _check_complete(location.folder)
    if "/" not in model.path and not _is_known_to_faster_whisper(model.path):
        raise model_catalogue.refuse_unknown(model.path, "model.path")
    if model.revision is None or model_catalogue.looks_like_folder(model.path):
        raise ModelError(
            f"{model.path}: no such model folder (model.path); "
            "to use a model from the hub, set model.revision to a commit as well"
        )
    return _check_complete(_fetch(model.path, model.revision))


def find_local_model(model: ModelConfig) -> ModelLocation | None:
    """Find a model on this machine, or None; nothing is fetched, and a name is not resolved."""
    folder = Path(model.path).expanduser()
    if folder.is_dir():
        return ModelLocation(folder.absolute(), FOLDER)
    if cached := _find_cached(model):
        return ModelLocation(cached, CACHE)
    if packaged := _find_packaged(model.package):
        return ModelLocation(packaged, PACKAGE)
    return None


def _is_custom_model(model: ModelConfig, folder: Path) -> bool:
    """Tell whether the user named a folder with weights of unknown digest.

    A damaged copy of the known weights has their length still, or cannot be loaded.
    """
    if model.weights_bytes is None or not model_catalogue.looks_like_folder(model.path):
        return False
    return (folder / "model.bin").stat().st_size != model.weights_bytes


def _is_complete(folder: Path) -> bool:
    return all(any(folder.glob(name)) for name in _NEEDED)


def _check_complete(folder: Path) -> Path:
    missing = [name for name in _NEEDED if not any(folder.glob(name))]
    if missing:
        raise ModelError(
            f"{folder}: not a CTranslate2 Whisper model, it has no {' and no '.join(missing)}"
        )
    return folder


def _find_cached(model: ModelConfig) -> Path | None:
    """Find a complete snapshot in the hub's cache; older hub clients may leave incomplete ones."""
    from huggingface_hub import try_to_load_from_cache

    if model.revision is None or model_catalogue.looks_like_folder(model.path):
        return None
    repository = _find_repository_id(model.path)
    if not model_catalogue.is_repository(repository):
        return None
    file = try_to_load_from_cache(repository, "model.bin", revision=model.revision)
    folder = Path(file).parent if isinstance(file, str) else None
    return folder if folder and _is_complete(folder) else None


def _find_packaged(package: str | None) -> Path | None:
    """Find the data folder of an installed package, `package/folder`, without importing it."""
    name, _, folder = (package or "").partition("/")
    spec = find_spec(name) if name else None
    roots = (Path(root, folder) for root in (spec and spec.submodule_search_locations) or ())
    return next((root for root in roots if _is_complete(root)), None)


def _fetch(path: str, revision: str) -> Path:
    from faster_whisper.utils import download_model

    hub.hide_progress_bars()
    try:
        hub.resolve_commit("model", _find_repository_id(path), revision)
        return Path(download_model(path, revision=revision))
    except hub.NotOnHubError as error:
        raise _build_unavailable_error(path, revision, str(error)) from error
    except hub.FAILURES as error:
        raise _build_unavailable_error(path, revision, hub.explain_failure(error)) from error


def _is_known_to_faster_whisper(path: str) -> bool:
    from faster_whisper.utils import available_models

    return path in available_models()


def _find_repository_id(path: str) -> str:
    """Return the hub id of a name that faster-whisper knows, or the id itself."""
    if "/" in path:
        return path
    from faster_whisper.utils import _MODELS

    return str(_MODELS.get(path, path))


def _build_unavailable_error(path: str, revision: str, reason: str) -> ModelError:
    return ModelError(f"cannot fetch the model {path}@{revision}: {reason}; {_FALLBACK}")
