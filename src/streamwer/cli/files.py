"""Which audio files to transcribe, and the names that tell them apart in what is shown."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from streamwer.audio.suffixes import SUFFIXES
from streamwer.errors import AudioError


@dataclass(frozen=True)
class AudioFile:
    """An audio file and its name: relative to the folder if one is given, else as given."""

    name: str
    path: Path


def find(paths: Sequence[Path], folders: Sequence[Path]) -> list[AudioFile]:
    """The files to transcribe, sorted by name, each once however often it was given.

    Raises:
        AudioError: there is nothing to transcribe, or a folder cannot be read.
    """
    for folder in folders:
        if not folder.is_dir():
            raise AudioError(f"{folder}: no such folder (--audio-folder)")
    given = [*folders, *paths]
    if not given:
        raise AudioError("nothing to transcribe: name audio files or folders, or --audio-folder")
    root = given[0] if len(given) == 1 and given[0].is_dir() else None
    found: dict[Path, Path] = {}
    for path in (path for top in given for path in _audio_files(top)):
        found.setdefault(path.absolute(), path)
    if not found:
        raise AudioError(f"{', '.join(map(str, given))}: no audio files there ({_suffixes()})")
    named = (AudioFile(_name(path, root), path) for path in found.values())
    return sorted(named, key=lambda file: file.name)


def length(path: Path) -> float:
    """Seconds of audio as the file's header has it, 0 if it does not say; nothing is decoded."""
    import av

    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            return max(0.0, (container.duration or 0) / av.time_base)
    except (av.FFmpegError, OSError, ValueError):
        return 0.0


def _audio_files(top: Path) -> Iterator[Path]:
    """A file itself, whatever its suffix; of a folder, what looks like audio and is not hidden."""
    if not top.is_dir():
        yield top
        return
    for folder, below, names in os.walk(top, onerror=_unreadable):
        below[:] = [name for name in below if not name.startswith(".")]
        for name in names:
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
                yield Path(folder, name)


def _unreadable(error: OSError) -> None:
    raise AudioError(f"{error.filename}: the folder cannot be read ({error.strerror})") from error


def _name(path: Path, root: Path | None) -> str:
    shown = path.relative_to(root) if root else path
    return os.fsencode(shown).decode("utf-8", "replace")


def _suffixes() -> str:
    return " ".join(sorted(SUFFIXES))
