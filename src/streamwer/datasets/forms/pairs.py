"""Pairs of files: `call.wav` and `call.txt`; or `call.A.txt` and `call.B.txt`, one per channel."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from streamwer.config import DatasetConfig
from streamwer.datasets.channels import CHANNELS
from streamwer.datasets.forms.base import Form, beside, sound, source
from streamwer.datasets.inside import LONGEST_LINE, Folder
from streamwer.datasets.rows import Row, Source, Unusable
from streamwer.errors import DatasetError


def detect(folder: Folder) -> bool:
    """Whether some audio file has a transcript beside it."""
    return any(_transcripts(path) for path in folder.sounds())


def open_rows(folder: Folder, config: DatasetConfig) -> Source:
    """One row for each audio file, or for each of its channels.

    An audio file without a transcript is a row that cannot be used. A text without audio is no row:
    nothing says that it is a transcript, so it is no failure of any system.
    """
    read = _channels if config.channels == "split" else _whole
    rows = chain.from_iterable(read(folder, path) for path in folder.sounds())
    return source(folder, FORM.name, rows, _alone(folder))


def _transcripts(path: Path) -> dict[str, Path]:
    """The transcripts of a file by the channel they are of; "" for that of the whole."""
    found = {name: beside(path, f".{name}.txt") for name in CHANNELS}
    found[""] = beside(path, ".txt")
    return {name: each for name, each in found.items() if each.is_file()}


def _alone(folder: Folder) -> Iterator[Unusable]:
    """Texts that are the transcript of no audio file, or of no channel of one."""
    sounds = {path.with_suffix("") for path in folder.sounds()}
    for path in folder.files("*.txt", deep=True):
        name = path.with_suffix("")
        of_channel = name.suffix.removeprefix(".") in CHANNELS and name.with_suffix("") in sounds
        if name not in sounds and not of_channel:
            yield Unusable(folder.relative(path), "no audio file of that name beside it")


def _whole(folder: Folder, path: Path) -> Iterator[Row | Unusable]:
    found = _transcripts(path)
    if "" in found:
        yield _row(folder, path, found[""], path.stem, None)
    else:
        of_channels = "; its channels have: use dataset.channels=split" if found else ""
        yield Unusable(folder.relative(path), f"no {path.stem}.txt beside it{of_channels}")


def _channels(folder: Folder, path: Path) -> Iterator[Row | Unusable]:
    found = _transcripts(path)
    found.pop("", None)
    if not found:
        reason = f"no {path.stem}.A.txt or {path.stem}.B.txt beside it (dataset.channels=split)"
        yield Unusable(folder.relative(path), reason)
    for name, transcript in sorted(found.items()):
        yield _row(folder, path, transcript, f"{path.stem}-{name}", CHANNELS[name])


def _row(
    folder: Folder, path: Path, transcript: Path, stem: str, channel: int | None
) -> Row | Unusable:
    where = folder.relative(transcript)
    try:
        text = " ".join(folder.text(where, LONGEST_LINE).split())
    except DatasetError as error:
        return Unusable(where, str(error).removeprefix(f"{folder.path / where}: "))
    parent = folder.relative(path.parent) if path.parent != folder.path else ""
    values = {"id": stem, "text": text, "session": path.stem if channel is not None else parent}
    return Row(where, values, stem, sound(folder, folder.relative(path), channel))


FORM = Form(
    "pairs of audio and text files",
    "pairs: x.wav and x.txt (or x.A.txt and x.B.txt with dataset.channels=split)",
    detect,
    open_rows,
)
