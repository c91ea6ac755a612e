"""The records behind `conf/dataset`."""

from __future__ import annotations

from dataclasses import dataclass, field

from streamwer.config.model import MISSING

AUTO = "auto"
USUAL_COLUMNS = {
    "speaker": ("speaker", "speaker_id", "client_id", "spk_id"),
    "condition": ("condition",),
    "words": ("words",),
    "session": ("session", "session_id", "chapter_id", "meeting_id", "call_id"),
    "language": ("language", "lang", "locale"),
}
"""The columns that `auto` takes, by key of `dataset.columns`: the first of them that there is."""


@dataclass
class ColumnsConfig:
    """Names of a data set's columns; an empty name means that there is none.

    `auto` is the column of the usual name, where there is one.
    """

    id: str = "id"
    audio: str = "audio"
    text: str = "text"
    speaker: str = AUTO
    condition: str = AUTO
    words: str = AUTO
    session: str = AUTO
    channel: str = ""
    language: str = AUTO


@dataclass
class ConcatenateConfig:
    """The key `concatenate` of conf/dataset: recordings joined into longer calls."""

    by: str | None = None
    seconds: float = 120.0
    pause_s: list[float] = field(default_factory=lambda: [0.3, 1.5])
    seed: int = 1


@dataclass
class DatasetConfig:
    """conf/dataset: recordings and their transcripts, from a folder or from a hub."""

    name: str = MISSING
    source: str = MISSING
    path: str = MISSING
    subset: str | None = None
    split: str | None = None
    revision: str | None = None
    files: str | None = None
    form: str = "auto"
    channels: str = "mix"
    language: str = ""
    columns: ColumnsConfig = field(default_factory=ColumnsConfig)
    unscored: list[str] = field(default_factory=list)
    limit: int | None = None
    shuffle_seed: int | None = None
    streaming: bool = False
    damaged_audio: str = "repair"
    licence: str = ""
    citation: str = ""
    concatenate: ConcatenateConfig = field(default_factory=ConcatenateConfig)
