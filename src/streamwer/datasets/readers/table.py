"""A CSV or TSV file of any name, whose columns the config names."""

from __future__ import annotations

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.dataset_folder import Folder
from streamwer.datasets.readers.base import Form
from streamwer.datasets.readers.listing import listed
from streamwer.datasets.rows import Source
from streamwer.errors import DatasetError


def detect(folder: Folder) -> bool:
    """Whether there is a CSV or TSV file."""
    return bool(folder.files("*.csv", "*.tsv"))


def open_rows(folder: Folder, config: DatasetConfig) -> Source:
    """The rows of the table.

    Raises:
        DatasetError: there are several, or it cannot be read.
    """
    found = [path.name for path in folder.files("*.csv", "*.tsv")]
    if len(found) > 1:
        raise DatasetError(
            f"{folder.path}: {', '.join(found)} are there; name one of them in dataset.path"
        )
    return listed(folder, found[0], config, FORM.name)


FORM = Form(
    "table",
    "table: a .csv or .tsv file with the columns that dataset.columns names",
    detect,
    open_rows,
)
