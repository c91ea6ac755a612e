"""Where a model's files are: in a folder, or fetched from the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

from streamwer import hub
from streamwer.config import ModelConfig
from streamwer.errors import ModelError

# Without tokenizer.json, faster-whisper would quietly fetch another model's from the hub.
_NEEDED = ("model.bin", "tokenizer.json", "vocabulary.*")
_LIKE_A_FOLDER = ("/", "./", "../", "~")
_FALLBACK = "use model=reference, which needs no download"


def locate(model: ModelConfig) -> Path:
    """The folder that holds a model's files, downloaded first if need be.

    `model.path` is a folder if there is such a folder (relative paths start at the current
    directory), if it begins like one (`/`, `./`, `../`, `~`), or if `model.revision` is null.
    Otherwise it names a model on the hub: an id such as `Systran/faster-whisper-tiny.en`, or a name
    that faster-whisper knows, such as `tiny.en`; and `model.revision` is the commit to fetch. What
    the hub's cache already holds at that revision is used without asking the hub, so that it also
    works offline.

    Raises:
        ModelError: the folder is missing or lacks a file, or the hub cannot be reached and the
            cache does not hold the model.
    """
    folder = Path(model.path).expanduser()
    if folder.is_dir():
        return _complete(folder.absolute())
    if model.revision is None or model.path.startswith(_LIKE_A_FOLDER):
        raise ModelError(
            f"{model.path}: no such model folder (model.path); "
            "to use a model from the hub, set model.revision to a commit as well"
        )
    return _complete(_cached(model.path, model.revision) or _fetched(model.path, model.revision))


def _complete(folder: Path) -> Path:
    missing = [name for name in _NEEDED if not any(folder.glob(name))]
    if missing:
        raise ModelError(
            f"{folder}: not a CTranslate2 Whisper model, it has no {' and no '.join(missing)}"
        )
    return folder


def _cached(path: str, revision: str) -> Path | None:
    from faster_whisper.utils import download_model

    try:
        folder = Path(download_model(path, revision=revision, local_files_only=True))
    except (FileNotFoundError, ValueError):
        return None
    # An older hub client may have left a snapshot that lacks files: then it is fetched again.
    return folder if all(any(folder.glob(name)) for name in _NEEDED) else None


def _fetched(path: str, revision: str) -> Path:
    from faster_whisper.utils import download_model

    hub.quiet()
    try:
        hub.commit("model", _repository(path), revision)
        return Path(download_model(path, revision=revision))
    except hub.NotOnHubError as error:
        raise _unavailable(path, revision, str(error)) from error
    except hub.FAILURES as error:
        raise _unavailable(path, revision, hub.reason(error)) from error


def _repository(path: str) -> str:
    """The hub id behind a name that faster-whisper knows; an id stands for itself."""
    from faster_whisper.utils import _MODELS, available_models

    if "/" in path or path in _MODELS:
        return str(_MODELS.get(path, path))
    known = ", ".join(available_models())
    raise ModelError(
        f"{path}: neither a folder nor a model that is known (model.path); known: {known}"
    )


def _unavailable(path: str, revision: str, reason: str) -> ModelError:
    return ModelError(f"cannot fetch the model {path}@{revision}: {reason}; {_FALLBACK}")
