"""Recordings in a folder."""

from __future__ import annotations

from dataclasses import dataclass

from streamwer.config.dataset import DatasetConfig
from streamwer.config.registry import dataset_source
from streamwer.datasets.rows import RowSource


@dataset_source("folder")
class FolderSource:
    """Recordings in a folder."""

    @dataclass
    class Config(DatasetConfig):
        """The keys of `conf/dataset`."""

    def __init__(self, config: DatasetConfig) -> None:
        self._config = config

    def source(self) -> RowSource:
        """Open the rows."""
        # Imported when chosen: composing a configuration must not wait for it.
        from streamwer.datasets import folder

        return folder.open_source(self._config)
