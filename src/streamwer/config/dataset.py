"""The records behind `conf/dataset`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from streamwer.config.model import MISSING
from streamwer.config.settings import setting

AUTO = "auto"
USUAL_COLUMNS = {
    "audio": ("file_name", "audio", "path", "file", "filename", "audio_filepath", "wav"),
    "text": ("text", "txt", "transcript", "transcription", "sentence"),
    "speaker": ("speaker", "speaker_id", "client_id", "spk_id"),
    "condition": ("condition",),
    "words": ("words",),
    "session": ("session", "session_id", "chapter_id", "meeting_id", "call_id"),
    "language": ("language", "lang", "locale"),
    "entities": ("entities",),
}
"""The columns that `auto` takes, by key of `dataset.columns`: the first of them that there is."""


@dataclass
class ColumnsConfig:
    """Names of a data set's columns; an empty name means that there is none.

    `auto` is the column of the usual name, where there is one.
    """

    id: str = setting(
        "id", "column with a unique id, or several joined by +; without it, the file's name"
    )
    audio: str = setting("audio", "column with the audio, or its file relative to the folder")
    text: str = setting(AUTO, "column with the transcript")
    speaker: str = setting(AUTO, "column with the speaker, over whom intervals are")
    condition: str = setting(AUTO, "column with how the audio was altered; empty means clean")
    words: str = setting(AUTO, "column, or tier of TextGrids, with the words and their times")
    session: str = setting(AUTO, "column with the chapter, meeting or call that it is part of")
    channel: str = setting("", "column with the transcript's channel, for channels=split")
    language: str = setting(AUTO, "column with the language, for error rates by language")
    entities: str = setting(
        AUTO, "column with the entities of the transcript: a list, or a text with ; between them"
    )


@dataclass
class ConcatenateConfig:
    """The key `concatenate` of conf/dataset: recordings joined into longer calls."""

    by: str | None = setting(
        None, "join the recordings of each; null joins none", one_of=("speaker", "session")
    )
    seconds: float = setting(
        120.0, "longest call; a longer recording stays alone", unit="seconds", above=0
    )
    pause_s: list[float] = setting(
        [0.3, 1.5],
        "shortest and longest pause between two recordings, drawn evenly",
        unit="seconds",
        valid=lambda pauses: len(pauses) == 2 and 0 <= pauses[0] <= pauses[1] < math.inf,
        remedy="must be two lengths from 0 on, in order",
    )
    seed: int = setting(1, "seed of the pauses")


@dataclass
class DatasetConfig:
    """conf/dataset: recordings and their transcripts, from a folder or from a hub."""

    name: str = setting(MISSING, "name of the data set in results and reports")
    source: str = setting(MISSING, "folder, hub, or the source of another package")
    path: str = setting(MISSING, "the folder, one file in it, or the repository on the hub")
    subset: str | None = setting(None, "subset of a data set on the hub")
    split: str | None = setting(None, "split of a data set on the hub")
    revision: str | None = setting(None, "commit of a data set on the hub")
    files: str | None = setting(
        None, "pattern of Parquet files on the hub; null for those that the repository declares"
    )
    reader: str = setting("auto", "how a folder is read; auto takes the first that fits")
    channels: str = setting(
        "mix",
        "mix: all channels are one stream; split: each is a recording",
        one_of=("mix", "split"),
    )
    language: str = setting("", "language spoken (de, en-US) where no column says it")
    columns: ColumnsConfig = field(default_factory=ColumnsConfig)
    ignored_transcripts: list[str] = field(
        default_factory=list,
        metadata={"help": "transcripts that mark audio not to be scored; their rows are not used"},
    )
    limit: int | None = setting(None, "number of rows to use; null for all", at_least=1)
    shuffle_seed: int | None = setting(
        None, "draws the rows that limit takes, all equally likely; null takes the first ones"
    )
    streaming: bool = setting(False, "on the hub: read only what the rows need, and keep nothing")
    damaged_audio: str = setting(
        "repair",
        "repair: silence for what a damaged file lacks, and a warning; refuse: a failure",
        one_of=("repair", "refuse"),
    )
    licence: str = setting("", "licence of the data; printed, and kept in the report")
    citation: str = setting("", "how to cite the data; printed, and kept in the report")
    concatenate: ConcatenateConfig = field(default_factory=ConcatenateConfig)
