"""Writers of transcripts: JSON at the end of a run, JSON lines or captions while it goes on."""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from streamwer.cli import output
from streamwer.cli.arguments import JSON, JSON_LINES, STDIN, Arguments
from streamwer.cli.settings import Settings
from streamwer.cli.transcript import FileTranscript, build_header, format_document, format_entry
from streamwer.errors import ConfigError, StreamwerError
from streamwer.formats.captions.formats import CAPTION_FORMATS, CaptionFormat
from streamwer.formats.captions.segmentation import CaptionSegmenter
from streamwer.formats.captions.writing import CaptionWriter, GrowingFile
from streamwer.formats.transcripts import build_update
from streamwer.types import Step

_STEM = "transcripts"


class TranscriptWriter(ABC):
    """Writes what is transcribed."""

    path: Path
    """The file or folder that is written."""

    def start_file(self, name: str, seconds: float | None = None) -> None:  # noqa: B027
        """Start a file, or start it again; `seconds` is its length, where that is known."""

    def add_step(self, name: str, step: Step) -> None:  # noqa: B027
        """Add a step of a file."""

    @abstractmethod
    def finish_file(self, done: FileTranscript) -> None: ...

    @abstractmethod
    def close(self, unfinished: Sequence[FileTranscript] = ()) -> None:
        """End the run; where no file was finished, an older document stays.

        Args:
            unfinished: the files that were not dealt with, each with the reason as its error.
        """


def choose_writer(
    arguments: Arguments, chosen: Settings, names: Sequence[str], alone: bool
) -> TranscriptWriter:
    """Choose how the transcripts of these files are written; check that they can be.

    Args:
        arguments: the command line.
        chosen: what they are made with.
        names: of the files.
        alone: whether one file was asked for, or live input.

    Raises:
        StreamwerError: they cannot be written there.
    """
    if arguments.form in (JSON, JSON_LINES):
        path = arguments.output or Path(f"{_STEM}.{arguments.form}")
        output.check_writable(path)
        header = build_header(chosen)
        return _Json(path, header, names) if arguments.form == JSON else _JsonLines(path, header)
    form = CAPTION_FORMATS[arguments.form]
    if alone:
        path = arguments.output or Path(_STEM).with_suffix(form.suffix)
        if path != Path(STDIN):
            output.check_writable(path)
        return _Captions(path, dict.fromkeys(names, path), form)
    folder = arguments.output or Path(_STEM)
    if folder == Path(STDIN):
        raise ConfigError("--output -: captions of one file go there, not of a folder or several")
    output.check_folder_writable(folder)
    return _Captions(folder, _assign_paths(folder, names, form), form)


class _Json(TranscriptWriter):
    """A document of all files, whose entries are kept as text: steps would take far more memory."""

    def __init__(self, path: Path, header: Mapping[str, Any], names: Sequence[str]) -> None:
        self.path, self._header, self._names = path, header, names
        self._entries: dict[str, str] = {}

    def finish_file(self, done: FileTranscript) -> None:
        self._entries[done.file] = format_entry(done)

    def close(self, unfinished: Sequence[FileTranscript] = ()) -> None:
        if not self._entries:
            return
        for each in unfinished:
            self.finish_file(each)
        entries = [self._entries[name] for name in self._names]
        output.write_whole(self.path, format_document(self._header, entries))


class _JsonLines(TranscriptWriter):
    """A line for each update at once; the file is opened when there is something to write."""

    def __init__(self, path: Path, header: Mapping[str, Any]) -> None:
        self.path, self._header = path, header
        self._file: GrowingFile | None = None

    def start_file(self, name: str, seconds: float | None = None) -> None:
        self._write("start", file=name, seconds=seconds)

    def add_step(self, name: str, step: Step) -> None:
        self._write("update", file=name, **build_update(step))

    def finish_file(self, done: FileTranscript) -> None:
        self._write("end", **done.to_record())

    def close(self, unfinished: Sequence[FileTranscript] = ()) -> None:
        if self._file is None:
            return
        for each in unfinished:
            self.finish_file(each)
        self._file.close()

    def _write(self, kind: str, **content: Any) -> None:
        if self._file is None:
            self._file = GrowingFile(self.path)
            self._write("settings", **self._header)
        line = json.dumps({"type": kind, **content}, ensure_ascii=False, allow_nan=False)
        self._file.write(f"{line}\n")


class _Captions(TranscriptWriter):
    """One file of captions for each name; one that is not whole is removed in the end."""

    def __init__(self, where: Path, places: Mapping[str, Path], form: CaptionFormat) -> None:
        self.path, self._places, self._form = where, places, form
        self._open: dict[str, tuple[CaptionWriter, CaptionSegmenter]] = {}

    def start_file(self, name: str, seconds: float | None = None) -> None:
        if name in self._open:
            self._open[name][0].close()
        self._open[name] = CaptionWriter(self._places[name], self._form), CaptionSegmenter()

    def add_step(self, name: str, step: Step) -> None:
        writer, segmenter = self._open[name]
        update = step.update
        writer.add(segmenter.add(update.committed, step.audio_end, update.has_pending))

    def finish_file(self, done: FileTranscript) -> None:
        if done.file not in self._open:
            return
        writer, segmenter = self._open.pop(done.file)
        if done.is_failed:
            writer.remove()
        else:
            writer.add(segmenter.finish())
            writer.close()

    def close(self, unfinished: Sequence[FileTranscript] = ()) -> None:
        for writer, _ in self._open.values():
            writer.remove()
        self._open.clear()


def _assign_paths(folder: Path, names: Sequence[str], form: CaptionFormat) -> dict[str, Path]:
    """Assign a file in the folder to each name, below it as its audio lay, and nowhere else."""
    places: dict[str, Path] = {}
    for name in names:
        parts = [part for part in PurePath(name).parts if part not in ("/", "..")]
        place = folder.joinpath(*parts)
        place = place.with_name(place.name + form.suffix)
        if place in places.values():
            raise StreamwerError(f"{place}: captions of two files would go there; do one at a time")
        places[name] = place
    return places


def format_destination(where: Path) -> str:
    """Format where the transcripts are, for a message."""
    return "standard output" if where == Path(STDIN) else os.fspath(where)
