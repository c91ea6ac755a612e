"""Preparing a small folder of a form, and what came of it."""

from __future__ import annotations

import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.dataset import ColumnsConfig, ConcatenateConfig, DatasetConfig
from streamwer.datasets.preparation import prepare_dataset
from streamwer.datasets.row_summary import RowSummary
from streamwer.datasets.row_summary import read_row_summary as outcome
from streamwer.types import Reference

Prepared = tuple[dict[str, Reference], RowSummary]


def files(folder: Path, contents: Mapping[str, str]) -> Path:
    """Text files by name."""
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def stereo(path: Path, *levels: float, seconds: float = 1.0) -> None:
    """A file whose channels are constant, each at a level of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.tile(np.array(levels), (round(seconds * SAMPLE_RATE), 1))
    with wave.open(str(path), "wb") as file:
        file.setparams((len(levels), 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes((samples * 32768).astype(np.int16).tobytes())


def settings(path: Path, **keys: Any) -> DatasetConfig:
    columns = ColumnsConfig(audio="file_name", **keys.pop("columns", {}))
    joined = ConcatenateConfig(**keys.pop("concatenate", {}))
    return DatasetConfig(
        name="mine", source="folder", path=str(path), columns=columns, concatenate=joined, **keys
    )


def prepare_rows(path: Path, out: Path, **keys: Any) -> Prepared:
    """The recordings by id, and what became of the rows."""
    references = prepare_dataset(settings(path, **keys), out)
    became = outcome(out)
    assert became is not None
    return {item.recording: item for item in references}, became


def reasons(became: RowSummary) -> list[str]:
    return [f"{row.where}: {row.reason}" for row in became.unusable]
