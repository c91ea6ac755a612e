"""The JSON file of transcripts: deterministic, and written in one piece or not at all."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from streamwer._util import processes
from streamwer.errors import StreamwerError
from streamwer.text.words import join_words
from streamwer.types import Step, Word

SCHEMA = 1
# A word in indented JSON. A line break is never inside a string: there it is written as \\n.
_BREAK = "\n" + 10 * " "
_WORD = re.compile(r"(?<=\n {8})\{\n {10}(.*?)\n {8}\}", re.DOTALL)


@dataclass(frozen=True)
class Transcript:
    """The transcript of one file.

    Attributes:
        file: its name.
        seconds: length of its audio, None if that was not found out.
        words: the committed words.
        error: why it could not be transcribed, or not to its end; None if it was.
        gaps: how often a live source has lost audio.
        language: what was detected to be spoken; empty where nothing was, or where it is set.
    """

    file: str
    seconds: float | None
    words: tuple[Word, ...] = ()
    error: str | None = None
    gaps: int = 0
    language: str = ""

    @property
    def text(self) -> str:
        return join_words(word.text for word in self.words)


def collect_words(steps: Iterable[Step]) -> tuple[Word, ...]:
    """Collect the final words of a stream."""
    return tuple(word for step in steps for word in step.update.committed)


def find_language(steps: Iterable[Step]) -> str:
    """Find the language that was detected in a stream; empty if none was."""
    last = ""
    for step in steps:
        last = step.language or last
    return last


def build_document(
    settings: Mapping[str, Any], transcripts: Sequence[Transcript]
) -> dict[str, Any]:
    """Build what is written; it says nothing about when, where or how fast."""
    return {
        "schema": SCHEMA,
        "settings": dict(settings),
        "files": list(map(_build_entry, transcripts)),
    }


def check_writable(path: Path) -> None:
    """Check that the file can be written, without touching what is there.

    Raises:
        StreamwerError: it cannot.
    """
    if path.is_dir():
        raise _refuse_output(path, "it is a folder")
    if path.exists() and not os.access(path, os.W_OK):
        raise _refuse_output(path, "no permission")
    if _is_special(path):
        return
    try:
        _get_scratch_path(path).touch()
        _get_scratch_path(path).unlink()
    except OSError as error:
        raise _refuse_output(path, error.strerror) from error


def check_folder_writable(path: Path) -> None:
    """Check that files can be written to a folder, which need not be there yet.

    Raises:
        StreamwerError: they cannot.
    """
    there = next(each for each in (path, *path.absolute().parents) if each.exists())
    if not there.is_dir():
        raise _refuse_output(path, f"{there} is no folder")
    if not os.access(there, os.W_OK):
        raise _refuse_output(path, "no permission")


def write_transcripts(path: Path, content: Mapping[str, Any]) -> None:
    """Write the transcripts, replacing the whole file at once.

    Raises:
        StreamwerError: the disk is full, or the folder has gone.
    """
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    data = _WORD.sub(_join_lines, text).encode("utf-8", "replace")
    scratch = path if _is_special(path) else _get_scratch_path(path)
    try:
        scratch.write_bytes(data)
        if scratch != path:
            scratch.replace(path.resolve())
    except OSError as error:
        if scratch != path:
            scratch.unlink(missing_ok=True)
        raise _refuse_output(path, error.strerror) from error


def _build_entry(transcript: Transcript) -> dict[str, Any]:
    failed = transcript.error is not None and not transcript.words
    length = transcript.seconds
    gaps = {"gaps": transcript.gaps} if transcript.gaps else {}
    language = {"language": transcript.language} if transcript.language else {}
    return {
        "file": transcript.file,
        "seconds": None if length is None else round(length, 3),
        **language,
        "text": None if failed else transcript.text,
        "words": [] if failed else [asdict(word) for word in transcript.words],
        "error": transcript.error,
        **gaps,
    }


def _join_lines(word: re.Match[str]) -> str:
    return "{" + word[1].replace(_BREAK, " ") + "}"


def _is_special(path: Path) -> bool:
    """Tell whether it is a device or a pipe, which is written to and never replaced."""
    return path.exists() and not path.is_file()


def _get_scratch_path(path: Path) -> Path:
    whole = path.resolve()  # a link stays a link: the file behind it is replaced
    return whole.with_name(f".{whole.name}.{processes.get_process_name()}")


def _refuse_output(path: Path, reason: str | None) -> StreamwerError:
    return StreamwerError(f"--output {path}: cannot be written ({reason})")
