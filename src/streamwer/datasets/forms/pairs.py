"""Pairs of files: `call.wav` and `call.txt`; or `call.A.txt` and `call.B.txt`, one per channel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from streamwer.config import DatasetConfig
from streamwer.datasets.channels import CHANNELS, letter
from streamwer.datasets.forms.base import Form, beside, refuse_several, sound, sounds, source
from streamwer.datasets.inside import LONGEST_LINE, Folder
from streamwer.datasets.rows import Row, Source, Unusable
from streamwer.errors import DatasetError

Texts = dict[str, list[Path]]
"""The transcripts of an audio file by the channel that they are of; "" for those of the whole."""


def detect(folder: Folder) -> bool:
    """Whether some audio file has a transcript beside it."""
    return any(_transcripts(path) for path in folder.sounds())


def open_rows(folder: Folder, config: DatasetConfig) -> Source:
    """One row for each transcript of an audio file, or of one of its channels.

    Audio without a transcript is no row: there is no reference. Nor is a text without audio:
    nothing says that it is a transcript, so it is no failure of any system.
    """
    split = config.channels == "split"
    named = sounds(folder)
    rows = [row for place, paths in named.items() for row in _rows(folder, place, paths, split)]
    alone = [*_silent(folder, named, split), *_alone(folder)]
    return source(folder, FORM.name, rows, sorted(alone, key=lambda each: each.where))


def _transcripts(path: Path) -> Texts:
    found: Texts = {}
    for name in ("", *CHANNELS):
        text = beside(path, f".{name}.txt" if name else ".txt")
        if text.is_file():
            found.setdefault(letter(name), []).append(text)
    return found


def _wanted(path: Path, split: bool) -> Texts:
    return {name: each for name, each in _transcripts(path).items() if bool(name) == split}


def _silent(folder: Folder, named: dict[str, list[Path]], split: bool) -> Iterator[Unusable]:
    """Audio that has no transcript."""
    for path in (path for paths in named.values() for path in paths):
        if _wanted(path, split):
            continue
        if split:
            text = f"no {path.stem}.A.txt or {path.stem}.B.txt beside it (dataset.channels=split)"
        else:
            of_channels = "; its channels have: use dataset.channels=split"
            text = f"no {path.stem}.txt beside it{of_channels if _transcripts(path) else ''}"
        yield Unusable(folder.relative(path), text)


def _alone(folder: Folder) -> Iterator[Unusable]:
    """Texts that are the transcript of no audio file, or of no channel of one."""
    sounds = {path.with_suffix("") for path in folder.sounds()}
    for path in folder.files("*.txt", deep=True):
        name = path.with_suffix("")
        of_channel = name.suffix.removeprefix(".") in CHANNELS and name.with_suffix("") in sounds
        if name not in sounds and not of_channel:
            yield Unusable(folder.relative(path), "no audio file of that name beside it")


def _rows(folder: Folder, place: str, paths: list[Path], split: bool) -> Iterator[Row | Unusable]:
    for name, texts in sorted(_wanted(paths[0], split).items()):
        where = ", ".join(map(folder.relative, texts))
        try:
            refuse_several(folder, place, paths)
            if len(texts) > 1:
                raise DatasetError(f"both are of channel {name}: keep one of them")
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
