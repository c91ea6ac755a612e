"""The Hugging Face audiofolder: audio files, and `metadata.jsonl`, `.csv` or `.parquet`."""

from __future__ import annotations

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.dataset_folder import DatasetFolder
from streamwer.datasets.readers.base import DatasetReader, register_reader
from streamwer.datasets.readers.table import read_listed_rows
from streamwer.datasets.rows import RowSource
from streamwer.errors import DatasetError

NAMES = ("metadata.jsonl", "metadata.csv", "metadata.parquet")


def detect(folder: DatasetFolder) -> bool:
    """Tell whether one of the metadata files is there."""
    return bool(folder.list_files(*NAMES))


def open_rows(folder: DatasetFolder, config: DatasetConfig) -> RowSource:
    """Read the rows that the metadata lists.

    Raises:
        DatasetError: there is more than one metadata file, or it cannot be read.
    """
    names = [path.name for path in folder.list_files(*NAMES)]
    if len(names) > 1:
        raise DatasetError(f"{folder.path}: {', '.join(names)} are there; keep one of them")
    return read_listed_rows(folder, names[0], config, READER.title)


READER = register_reader(
    DatasetReader(
        "audiofolder",
        20,
        "Hugging Face audiofolder",
        "audio files and metadata.jsonl, .csv or .parquet with file_name and text",
        detect,
        open_rows,
    )
)
