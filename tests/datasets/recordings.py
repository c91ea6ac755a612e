"""Small folders of recordings, as a user would have them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from streamwer.audio import write_flac
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.dataset import ColumnsConfig, DatasetConfig

COLUMNS = ColumnsConfig(audio="file_name")
ALL_COLUMNS = replace(COLUMNS, speaker="speaker", condition="condition", words="words")
CTM = "a 1 0.0 0.2 Well\na 1 0.2 0.2 hi\nb 1 0.1 0.3 bye\n"
TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

0
0.5
<exists>
1
"IntervalTier"
"words"
0
0.5
3
0
0.1
""
0.1
0.2
"Well"
0.2
0.5
"hi"
"""


def noise(seconds: float, seed: int = 0) -> Samples:
    rng = np.random.default_rng(seed)
    return rng.uniform(-0.1, 0.1, round(seconds * SAMPLE_RATE)).astype(np.float32)


def clip(path: Path, seconds: float = 0.5, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_flac(path, noise(seconds, seed))
    return path


def metadata(folder: Path, rows: Sequence[Mapping[str, Any] | str]) -> Path:
    """Write metadata.jsonl: a mapping becomes JSON, a text is written as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / "metadata.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def config(folder: Path, columns: ColumnsConfig = COLUMNS, **keys: Any) -> DatasetConfig:
    return DatasetConfig(name="mine", source="folder", path=str(folder), columns=columns, **keys)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
