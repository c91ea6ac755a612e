"""Readers of the kinds of data set that people have in a folder, one per module.

A kind is recognised by the files in the folder; the first reader that fits is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from streamwer.datasets.dataset_folder import DatasetFolder
from streamwer.datasets.readers.base import DatasetReader, list_readers
from streamwer.errors import ConfigError, DatasetError


def find_reader(folder: DatasetFolder, name: str) -> DatasetReader:
    """Find the reader of a folder, or the one that the config names.

    Args:
        folder: of the data set.
        name: of `dataset.reader`; `auto` for the first reader that fits.

    Raises:
        ConfigError: there is no reader of that name.
        DatasetError: no reader fits the folder, or not the one that was named.
    """
    readers = list_readers()
    if name != "auto" and name not in readers:
        raise ConfigError(f"dataset.reader={name} must be auto or one of {', '.join(readers)}")
    tried = readers if name == "auto" else {name: readers[name]}
    for reader in tried.values():
        if reader.detect(folder):
            return reader
    needed = "".join(f"\n  {each.name}: {each.requirement}" for each in tried.values())
    problem = "no recordings with transcripts here"
    hints = f"{_describe_unreadable(folder)}{_describe_subfolders(folder, tried)}"
    raise DatasetError(f"{folder.path}: {problem}{hints}; needed is:{needed}")


def _describe_unreadable(folder: DatasetFolder) -> str:
    """Name files that might be meant but cannot be read: lists in UTF-16, and archives."""
    found = folder.list_files("*.jsonl", "*.json", "*.csv", "*.tsv")
    lists = [path.name for path in found if folder.is_binary(path.name)]
    archives = [path.name for path in folder.list_files("*.zip", "*.tar", "*.gz", "*.tgz", "*.7z")]
    problems = {"not UTF-8 text; save it as such": lists, "an archive; unpack it": archives}
    parts = [f"{', '.join(names)}: {what}" for what, names in problems.items() if names]
    return f" ({'; '.join(parts)})" if parts else ""


def _describe_subfolders(folder: DatasetFolder, readers: Mapping[str, DatasetReader]) -> str:
    """Name the folders in it that a reader fits, such as the parts of a data set."""
    inside = [] if folder.only_file else sorted(folder.path.glob("[!.]*/"))
    names = [path.name for path in inside if not path.is_symlink() and _has_reader(path, readers)]
    return f", but in {', '.join(names)}: name one of them in dataset.path" if names else ""


def _has_reader(path: Path, readers: Mapping[str, DatasetReader]) -> bool:
    try:
        return any(reader.detect(DatasetFolder(path)) for reader in readers.values())
    except OSError:  # it may not be looked into
        return False
