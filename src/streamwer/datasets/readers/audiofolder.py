"""The Hugging Face audiofolder: audio files, and `metadata.jsonl`, `.csv` or `.parquet`."""

from __future__ import annotations

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.dataset_folder import Folder
from streamwer.datasets.readers.base import Form
from streamwer.datasets.readers.listing import listed
from streamwer.datasets.rows import Source
from streamwer.errors import DatasetError

NAMES = ("metadata.jsonl", "metadata.csv", "metadata.parquet")


def detect(folder: Folder) -> bool:
    """Whether one of the metadata files is there."""
    return bool(folder.files(*NAMES))


def open_rows(folder: Folder, config: DatasetConfig) -> Source:
    """The rows that the metadata lists.

    Raises:
        DatasetError: there is more than one metadata file, or it cannot be read.
    """
    found = [path.name for path in folder.files(*NAMES)]
    if len(found) > 1:
        names = ", ".join(found)
        raise DatasetError(f"{folder.path}: {names} are there; keep one of them")
    return listed(folder, found[0], config, FORM.name)


FORM = Form(
    "Hugging Face audiofolder",
    "audiofolder: audio files and metadata.jsonl, .csv or .parquet with file_name and text",
    detect,
    open_rows,
)
