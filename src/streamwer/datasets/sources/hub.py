"""A data set on the Hugging Face hub."""

from __future__ import annotations

from dataclasses import dataclass

from streamwer.config.dataset import DatasetConfig
from streamwer.config.registry import dataset_source
from streamwer.datasets.rows import DownloadProgress, RowSource


@dataset_source("hub")
class HubSource:
    """A data set on the Hugging Face hub."""

    @dataclass
    class Config(DatasetConfig):
        """The keys of `conf/dataset`."""

    def __init__(self, config: DatasetConfig) -> None:
        self._config = config

    def source(self, progress: DownloadProgress | None = None) -> RowSource:
        """Open the rows; `progress` is called for each piece of a download."""
        # Imported when chosen: `datasets` takes a second to import.
        from streamwer.datasets import hub

        return hub.open_source(self._config, progress)
