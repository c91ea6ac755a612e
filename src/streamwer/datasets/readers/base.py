"""What every form of data set is to the rest: how to recognise it, and its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from streamwer.audio.decoding import Samples
from streamwer.audio.isolated import DECODER
from streamwer.config.dataset import ColumnsConfig, DatasetConfig
from streamwer.datasets.dataset_folder import Folder
from streamwer.datasets.rows import Row, Source, Unusable
from streamwer.errors import ConfigError, DatasetError
from streamwer.formats.format_value import told

OWN = ColumnsConfig(
    id="id",
    audio="audio",
    text="text",
    speaker="speaker",
    words="words",
    session="session",
    language="language",
)
"""Columns of the forms that have no columns of their own."""


@dataclass(frozen=True)
class Form:
    """One form of data set.

    Attributes:
        name: what the user is told that was recognised.
        looks: what it consists of, in a line.
        detect: whether a folder has it; looks at names, and at no more than a file's first lines.
        open: its rows; raises a `DatasetError` where they cannot be read at all.
    """

    name: str
    looks: str
    detect: Callable[[Folder], bool]
    open: Callable[[Folder, DatasetConfig], Source]


def sound(
    folder: Folder, name: object, channel: int | None = None
) -> Callable[[], Iterator[Samples]]:
    """What decodes an audio file of the folder; all that is wrong with it is told only then."""
    return partial(_chunks, folder, name, channel)


def source(
    folder: Folder, form: str, rows: Iterable[Row | Unusable], problems: Iterable[Unusable] = ()
) -> Source:
    """The rows of a form that names its own columns, and what is wrong besides them."""
    found = list(rows)
    names = tuple(name for name in vars(OWN).values() if name)
    return Source(str(folder.path), names, found, len(found), OWN, form, problems=tuple(problems))


def refuse_split(config: DatasetConfig, form: str) -> None:
    """Refuse to split channels whose transcripts a form cannot tell apart.

    Raises:
        ConfigError: that is asked for.
    """
    if config.channels == "split":
        raise ConfigError(
            f"dataset.channels=split: {form} does not say which channel a transcript is of; use "
            "CTM or STM, call.A.txt and call.B.txt, or a table with dataset.columns.channel"
        )


def _chunks(folder: Folder, name: object, channel: int | None) -> Iterator[Samples]:
    if not isinstance(name, str) or not name.strip():
        raise DatasetError("no audio file is named")
    yield from DECODER.chunks(folder.file(name), channel, name=told(name))


def sounds(folder: Folder) -> dict[str, list[Path]]:
    """All audio files by their path without suffix, in which there should be one of each."""
    found: dict[str, list[Path]] = {}
    for path in folder.sounds():
        found.setdefault(folder.place(folder.relative(path)), []).append(path)
    return found


def refuse_several(folder: Folder, place: str, paths: Sequence[Path]) -> None:
    """Refuse audio files of one name, of which nothing says which is meant.

    Raises:
        DatasetError: there is more than one.
    """
    if len(paths) > 1:
        names = ", ".join(map(folder.relative, paths))
        raise DatasetError(f"'{told(place)}' is {len(paths)} audio files: {names}; keep one")
