"""The interface of dataset readers, their register, and what several of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from streamwer.audio.decoding import Samples
from streamwer.audio.isolated_decoder import DECODER
from streamwer.config.dataset import ColumnsConfig, DatasetConfig
from streamwer.datasets.dataset_folder import DatasetFolder
from streamwer.datasets.rows import DatasetRow, OpenAudio, RowProblem, RowSource
from streamwer.errors import ConfigError, DatasetError
from streamwer.formats.format_value import format_value

READER_COLUMNS = ColumnsConfig(
    id="id",
    audio="audio",
    text="text",
    speaker="speaker",
    words="words",
    session="session",
    language="language",
)
"""Columns of the readers whose files have no named columns."""


@dataclass(frozen=True)
class DatasetReader:
    """A reader of one kind of data set; each module of this package registers one.

    Attributes:
        name: in `dataset.reader`.
        order: in which readers are tried; those with an unmistakable file come first.
        title: shown to the user.
        requirement: what the folder must hold, in a line.
        detect: tells whether a folder is of this kind, from names and a file's first lines.
        open_rows: reads the rows; raises a `DatasetError` where they cannot be read at all.
        reads_word_times: whether it uses the CTM, STM and TextGrid files of the folder itself.
    """

    name: str
    order: int
    title: str
    requirement: str
    detect: Callable[[DatasetFolder], bool]
    open_rows: Callable[[DatasetFolder, DatasetConfig], RowSource]
    reads_word_times: bool = False


_registered: dict[str, DatasetReader] = {}


def register_reader(reader: DatasetReader) -> DatasetReader:
    """Register a reader and return it."""
    _registered[reader.name] = reader
    return reader


def list_readers() -> Mapping[str, DatasetReader]:
    """List all readers by name, in the order in which they are tried."""
    package = import_module(__name__.rpartition(".")[0])
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        import_module(module.name)
    ordered = sorted(_registered.values(), key=lambda reader: reader.order)
    return {reader.name: reader for reader in ordered}


def open_audio(folder: DatasetFolder, name: object, channel: int | None = None) -> OpenAudio:
    """Return a function that decodes an audio file of the folder and reports all problems with it.

    Args:
        folder: of the data set.
        name: of the file, as the row has it.
        channel: the one to take, from 0 on; the mean of all if None.
    """
    return partial(_decode_file, folder, name, channel)


def create_source(
    folder: DatasetFolder,
    form: str,
    rows: Iterable[DatasetRow | RowProblem],
    problems: Iterable[RowProblem] = (),
) -> RowSource:
    """Create the source of a reader whose files have no named columns.

    Args:
        folder: of the data set.
        form: what was recognised.
        rows: of the data set.
        problems: what cannot be used and is no row.
    """
    all_rows = list(rows)
    names = tuple(name for name in vars(READER_COLUMNS).values() if name)
    return RowSource(
        str(folder.path),
        names,
        all_rows,
        len(all_rows),
        READER_COLUMNS,
        form,
        problems=tuple(problems),
    )


def choose_only_list(folder: DatasetFolder, names: Sequence[str]) -> str:
    """Return the one file that lists recordings.

    Raises:
        DatasetError: there are several.
    """
    if len(names) > 1:
        several = f"{', '.join(names)} are there; name one of them in dataset.path"
        raise DatasetError(f"{folder.path}: {several}")
    return names[0]


def refuse_split(config: DatasetConfig, form: str) -> None:
    """Refuse to split channels where nothing says which channel a transcript is of.

    Args:
        config: of the data set.
        form: what was recognised.

    Raises:
        ConfigError: that is asked for.
    """
    if config.channels == "split":
        raise ConfigError(
            f"dataset.channels=split: {form} does not say which channel a transcript is of; use "
            "CTM or STM, call.A.txt and call.B.txt, or a table with dataset.columns.channel"
        )


def _decode_file(folder: DatasetFolder, name: object, channel: int | None) -> Iterator[Samples]:
    if not isinstance(name, str) or not name.strip():
        raise DatasetError("no audio file is named")
    yield from DECODER.decode_chunks(folder.resolve_file(name), channel, name=format_value(name))


def list_audio_by_path(folder: DatasetFolder) -> dict[str, list[Path]]:
    """List all audio files by their path without suffix; there should be one of each."""
    files: dict[str, list[Path]] = {}
    for path in folder.list_audio():
        files.setdefault(folder.name_recording(folder.name_file(path)), []).append(path)
    return files


def refuse_duplicates(folder: DatasetFolder, place: str, paths: Sequence[Path]) -> None:
    """Refuse audio files that differ only in their suffix: nothing says which is meant.

    Args:
        folder: of the data set.
        place: their path without suffix.
        paths: the files.

    Raises:
        DatasetError: there is more than one.
    """
    if len(paths) > 1:
        names = ", ".join(map(folder.name_file, paths))
        raise DatasetError(
            f"'{format_value(place)}' is {len(paths)} audio files: {names}; keep one"
        )
