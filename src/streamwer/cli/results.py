"""What is written of a run: one JSON file at its end, or captions while it goes on."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, Protocol

from streamwer.cli import output
from streamwer.cli.arguments import JSON, STDIN, Arguments
from streamwer.cli.output import Transcript
from streamwer.errors import ConfigError, StreamwerError
from streamwer.formats.captions.formats import FORMATS, Format
from streamwer.formats.captions.segmentation import Cutter
from streamwer.formats.captions.writing import Writer
from streamwer.types import Step

_STEM = "transcripts"


class Results(Protocol):
    """Hears of everything that is transcribed, and writes it."""

    where: Path
    """The file or folder that is written."""

    def opened(self, name: str) -> None:
        """A file begins, or begins again."""
        ...

    def stepped(self, name: str, step: Step) -> None: ...

    def finished(self, done: Transcript) -> None: ...

    def close(self, transcripts: Sequence[Transcript], any_done: bool) -> None:
        """The end of the run: what became of every file, in order.

        Args:
            any_done: whether a file was dealt with; where none was, an older output stays.
        """
        ...


def choose(
    arguments: Arguments, settings: Mapping[str, Any], names: Sequence[str], alone: bool
) -> Results:
    """Where and how the transcripts of these files are written; that they can be is checked.

    Args:
        settings: what they are made with.
        alone: whether one file was asked for, or live input.

    Raises:
        StreamwerError: they cannot be written there.
    """
    if arguments.form == JSON:
        path = arguments.output or Path(f"{_STEM}.json")
        if path == Path(STDIN):
            raise ConfigError("--output -: only captions go there (--format text, srt or vtt)")
        output.check(path)
        return _Json(path, settings)
    form = FORMATS[arguments.form]
    if alone:
        path = arguments.output or Path(_STEM).with_suffix(form.suffix)
        if path != Path(STDIN):
            output.check(path)
        return _Captions(path, dict.fromkeys(names, path), form)
    folder = arguments.output or Path(_STEM)
    if folder == Path(STDIN):
        raise ConfigError("--output -: captions of one file go there, not of a folder or several")
    output.check_folder(folder)
    return _Captions(folder, _places(folder, names, form), form)


class _Json:
    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        self.where, self._settings = path, settings

    def opened(self, name: str) -> None:
        pass

    def stepped(self, name: str, step: Step) -> None:
        pass

    def finished(self, done: Transcript) -> None:
        pass

    def close(self, transcripts: Sequence[Transcript], any_done: bool) -> None:
        if any_done:
            output.write(self.where, output.document(self._settings, transcripts))


class _Captions:
    """One file of captions for each name; one that is not whole is taken away in the end."""

    def __init__(self, where: Path, places: Mapping[str, Path], form: Format) -> None:
        self.where, self._places, self._form = where, places, form
        self._open: dict[str, tuple[Writer, Cutter]] = {}

    def opened(self, name: str) -> None:
        if name in self._open:
            self._open[name][0].close()
        self._open[name] = Writer(self._places[name], self._form), Cutter()

    def stepped(self, name: str, step: Step) -> None:
        writer, cutter = self._open[name]
        update = step.update
        writer.add(cutter.add(update.committed, step.audio_end, update.expecting))

    def finished(self, done: Transcript) -> None:
        if done.file not in self._open:
            return
        writer, cutter = self._open.pop(done.file)
        if done.error is not None and not done.words:
            writer.remove()
        else:
            writer.add(cutter.finish())
            writer.close()

    def close(self, transcripts: Sequence[Transcript], any_done: bool) -> None:
        for writer, _ in self._open.values():
            writer.remove()
        self._open.clear()


def _places(folder: Path, names: Sequence[str], form: Format) -> dict[str, Path]:
    """A file in the folder for each name, below it as its audio lay, and nowhere else."""
    places: dict[str, Path] = {}
    for name in names:
        parts = [part for part in PurePath(name).parts if part not in ("/", "..")]
        place = folder.joinpath(*parts)
        place = place.with_name(place.name + form.suffix)
        if place in places.values():
            raise StreamwerError(f"{place}: captions of two files would go there; do one at a time")
        places[name] = place
    return places


def announced(where: Path) -> str:
    """Where the transcripts are, for a message."""
    return "standard output" if where == Path(STDIN) else os.fspath(where)
