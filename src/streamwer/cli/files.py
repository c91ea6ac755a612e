"""The audio files to transcribe, and names that tell them apart."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from streamwer.audio.suffixes import SUFFIXES
from streamwer.cli.commands import COMMANDS
from streamwer.errors import AudioError


@dataclass(frozen=True)
class AudioFile:
    """An audio file and its name: relative to the folder if one is given, else as given."""

    name: str
    path: Path


def find_audio_files(paths: Sequence[Path], folders: Sequence[Path]) -> list[AudioFile]:
    """Find the files to transcribe, in the order given, each once; those of a folder by name.

    Raises:
        AudioError: there is nothing to transcribe, or a folder cannot be read.
    """
    for folder in folders:
        if not folder.is_dir():
            raise AudioError(f"{folder}: no such folder (--audio-folder)")
    tops = [*folders, *paths]
    if not tops:
        raise AudioError("nothing to transcribe: name audio files or folders (streaming -h)")
    root = tops[0] if len(tops) == 1 and tops[0].is_dir() else None
    files: dict[Path, Path] = {}
    for path in (path for top in tops for path in _walk_audio_files(top)):
        files.setdefault(path.absolute(), path)
    if not files:
        where, known = ", ".join(map(str, tops)), " ".join(sorted(SUFFIXES))
        raise AudioError(f"{where}: no audio files there ({known})")
    if not any(path.exists() for path in files.values()):
        raise AudioError(f"{', '.join(map(str, files.values()))}: no such file{_suggest(tops[0])}")
    return [AudioFile(_make_name(path, root), path) for path in files.values()]


def _suggest(path: Path) -> str:
    """Suggest the command that may have been meant."""
    close = difflib.get_close_matches(str(path), COMMANDS, n=1)
    return f"; did you mean `streaming {close[0]}`?" if close else ""


def _walk_audio_files(top: Path) -> Iterator[Path]:
    """Yield a file, whatever its suffix; of a folder, what looks like audio and is not hidden."""
    if top.is_dir():
        yield from sorted(_walk_folder(top), key=os.fspath)
    else:
        yield top


def _walk_folder(top: Path) -> Iterator[Path]:
    for folder, below, names in os.walk(top, onerror=_refuse_folder):
        below[:] = [name for name in below if not name.startswith(".")]
        for name in names:
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
                yield Path(folder, name)


def _refuse_folder(error: OSError) -> None:
    raise AudioError(f"{error.filename}: the folder cannot be read ({error.strerror})") from error


def _make_name(path: Path, root: Path | None) -> str:
    shown = path.relative_to(root) if root else path
    return os.fsencode(shown).decode("utf-8", "replace")
