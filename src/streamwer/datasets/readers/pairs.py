"""Pairs of files: `call.wav` and `call.txt`; or `call.A.txt` and `call.B.txt`, one per channel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.channels import CHANNELS, letter
from streamwer.datasets.dataset_folder import LONGEST_LINE, Folder
from streamwer.datasets.readers.base import Form, refuse_several, sound, sounds, source
from streamwer.datasets.rows import Row, Source, Unusable
from streamwer.errors import DatasetError
from streamwer.formats.format_value import told
from streamwer.formats.recording_ids import composed

Texts = dict[str, list[Path]]
"""The transcripts of an audio file by the channel that they are of; "" for those of the whole."""
_Written = dict[str, list[Path]]
"""All text files by their path without suffix, composed."""


def detect(folder: Folder) -> bool:
    """Whether some audio file has a transcript beside it."""
    written = _written(folder)
    return any(_transcripts(written, path) for path in folder.sounds())


def open_rows(folder: Folder, config: DatasetConfig) -> Source:
    """One row for each transcript of an audio file, or of one of its channels.

    Audio without a transcript is no row: there is no reference. Nor is a text without audio:
    nothing says that it is a transcript, so it is no failure of any system.
    """
    split = config.channels == "split"
    named, written = sounds(folder), _written(folder)
    texts = {path: _transcripts(written, path) for paths in named.values() for path in paths}
    rows = [
        row
        for place, paths in named.items()
        for row in _rows(folder, place, paths, _wanted(texts[paths[0]], split))
    ]
    alone = [*_silent(folder, texts, split), *_alone(folder, texts)]
    return source(folder, FORM.name, rows, sorted(alone, key=lambda each: each.where))


def _written(folder: Folder) -> _Written:
    found: _Written = {}
    for path in Folder(folder.path).files("*.txt", deep=True):
        found.setdefault(_stem(path), []).append(path)
    return found


def _stem(path: Path) -> str:
    return composed(path.with_suffix("").as_posix())


def _transcripts(written: _Written, path: Path) -> Texts:
    found: Texts = {}
    for name in ("", *CHANNELS, *map(str.lower, filter(str.isalpha, CHANNELS))):
        texts = written.get(f"{_stem(path)}.{name}" if name else _stem(path), ())
        if texts:
            found.setdefault(letter(name), []).extend(texts)
    return found


def _wanted(texts: Texts, split: bool) -> Texts:
    return {name: each for name, each in texts.items() if bool(name) == split}


def _silent(folder: Folder, texts: dict[Path, Texts], split: bool) -> Iterator[Unusable]:
    """Audio that has no transcript."""
    for path, transcripts in texts.items():
        if _wanted(transcripts, split):
            continue
        if split:
            text = f"no {path.stem}.A.txt or {path.stem}.B.txt beside it (dataset.channels=split)"
        else:
            of_channels = "; its channels have: use dataset.channels=split"
            text = f"no {path.stem}.txt beside it{of_channels if transcripts else ''}"
        yield Unusable(folder.relative(path), text)


def _alone(folder: Folder, texts: dict[Path, Texts]) -> Iterator[Unusable]:
    """Texts that are the transcript of no audio file, or of no channel of one."""
    used = {path for of in texts.values() for paths in of.values() for path in paths}
    for path in folder.files("*.txt", deep=True):
        if path not in used:
            yield Unusable(folder.relative(path), "no audio file of that name beside it")


def _rows(folder: Folder, place: str, paths: list[Path], wanted: Texts) -> Iterator[Row | Unusable]:
    for name, texts in sorted(wanted.items()):
        where = ", ".join(map(folder.relative, texts))
        try:
            refuse_several(folder, place, paths)
            if len(texts) > 1:
                of = f"channel {name}" if name else f"'{told(place)}'"
                raise DatasetError(f"both are of {of}: keep one of them")
            yield _row(folder, place, paths[0], texts[0], name)
        except DatasetError as error:
            yield Unusable(where, str(error).removeprefix(f"{folder.path / where}: "))


def _row(folder: Folder, place: str, path: Path, transcript: Path, name: str) -> Row:
    where = folder.relative(transcript)
    text = " ".join(folder.text(where, LONGEST_LINE).split())
    parent = folder.relative(path.parent) if path.parent != folder.path else ""
    values = {"text": text, "session": place if name else parent}
    stem = f"{path.stem}-{name}" if name else path.stem
    heard = sound(folder, folder.relative(path), CHANNELS[name] if name else None)
    return Row(where, values, stem, heard, path=place)


FORM = Form(
    "pairs of audio and text files",
    "pairs: x.wav and x.txt (or x.A.txt and x.B.txt with dataset.channels=split)",
    detect,
    open_rows,
)
