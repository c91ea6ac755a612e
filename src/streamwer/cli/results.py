"""Writers of transcripts: one JSON file at the end of a run, or captions while it goes on."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, Protocol

from streamwer.cli import output
from streamwer.cli.arguments import JSON, STDIN, Arguments
from streamwer.cli.output import Transcript
from streamwer.errors import ConfigError, StreamwerError
from streamwer.formats.captions.formats import CAPTION_FORMATS, CaptionFormat
from streamwer.formats.captions.segmentation import CaptionSegmenter
from streamwer.formats.captions.writing import CaptionWriter
from streamwer.types import Step

_STEM = "transcripts"


class TranscriptWriter(Protocol):
    """Writes what is transcribed."""

    path: Path
    """The file or folder that is written."""

    def start_file(self, name: str) -> None:
        """Start a file, or start it again."""
        ...

    def add_step(self, name: str, step: Step) -> None: ...

    def finish_file(self, done: Transcript) -> None: ...

    def close(self, transcripts: Sequence[Transcript], any_done: bool) -> None:
        """End the run.

        Args:
            transcripts: of every file, in order.
            any_done: whether a file was dealt with; where none was, an older output stays.
        """
        ...


def choose_writer(
    arguments: Arguments, settings: Mapping[str, Any], names: Sequence[str], alone: bool
) -> TranscriptWriter:
    """Choose how the transcripts of these files are written; check that they can be.

    Args:
        arguments: the command line.
        settings: what they are made with.
        names: of the files.
        alone: whether one file was asked for, or live input.

    Raises:
        StreamwerError: they cannot be written there.
    """
    if arguments.form == JSON:
        path = arguments.output or Path(f"{_STEM}.json")
        if path == Path(STDIN):
            raise ConfigError("--output -: only captions go there (--format text, srt or vtt)")
        output.check_writable(path)
        return _Json(path, settings)
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


class _Json:
    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        self.path, self._settings = path, settings

    def start_file(self, name: str) -> None:
        pass

    def add_step(self, name: str, step: Step) -> None:
        pass

    def finish_file(self, done: Transcript) -> None:
        pass

    def close(self, transcripts: Sequence[Transcript], any_done: bool) -> None:
        if any_done:
            output.write_transcripts(self.path, output.build_document(self._settings, transcripts))


class _Captions:
    """One file of captions for each name; one that is not whole is removed in the end."""

    def __init__(self, where: Path, places: Mapping[str, Path], form: CaptionFormat) -> None:
        self.path, self._places, self._form = where, places, form
        self._open: dict[str, tuple[CaptionWriter, CaptionSegmenter]] = {}

    def start_file(self, name: str) -> None:
        if name in self._open:
            self._open[name][0].close()
        self._open[name] = CaptionWriter(self._places[name], self._form), CaptionSegmenter()

    def add_step(self, name: str, step: Step) -> None:
        writer, segmenter = self._open[name]
        update = step.update
        writer.add(segmenter.add(update.committed, step.audio_end, update.has_pending))

    def finish_file(self, done: Transcript) -> None:
        if done.file not in self._open:
            return
        writer, segmenter = self._open.pop(done.file)
        if done.error is not None and not done.words:
            writer.remove()
        else:
            writer.add(segmenter.finish())
            writer.close()

    def close(self, transcripts: Sequence[Transcript], any_done: bool) -> None:
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
