"""Data sets of any number of short recordings, and a worker that knows what is said in them."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.dataset import ColumnsConfig, DatasetConfig
from streamwer.errors import AudioError
from streamwer.runners.worker import Job
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters

SECONDS = 0.3
SOUNDS = 16
"""Files of audio; rows share them, so that the source does not fill a disk."""
SPEAKERS = 500
_VOCABULARY = 1000
_EVERY_WRONG, _EVERY_FAILED = 10, 100


def write(folder: Path, rows: int) -> DatasetConfig:
    """An audiofolder of so many rows, and the config that reads it."""
    folder.mkdir(parents=True)
    for number in range(SOUNDS):
        _write_sound(folder / f"{number}.wav", number)
    with (folder / "metadata.jsonl").open("w") as lines:
        lines.writelines(f"{json.dumps(_row(number))}\n" for number in range(rows))
    columns = ColumnsConfig(audio="file_name", speaker="speaker", words="words")
    return DatasetConfig(name="made_up", source="folder", path=str(folder), columns=columns)


def reference(number: int) -> Reference:
    """What is said in one row."""
    words = _spoken(number)
    text = " ".join(word.text for word in words)
    name, speaker = recording(number), f"speaker{number % SPEAKERS}"
    return Reference(name, f"audio/{name}.flac", SECONDS, text, speaker, words=words)


def recording(number: int) -> str:
    """The id of one row; ids sort as the numbers do."""
    return f"row{number:07d}"


def jobs(rows: int) -> Iterator[Job]:
    """The jobs of rows whose audio nobody reads."""
    for number in range(rows):
        yield Job(recording(number), Path("nowhere.flac"), SECONDS)


def steps(number: int) -> tuple[Step, ...]:
    """What is heard of one row: its words one by one, every tenth row with an error.

    Raises:
        AudioError: of every hundredth row.
    """
    if number % _EVERY_FAILED == _EVERY_FAILED - 1:
        raise AudioError(f"row {number} fails")
    first, second = _spoken(number)
    if number % _EVERY_WRONG == 0:
        first = Word("wrong", first.start, first.end)
    name, spent, effort = recording(number), StageTimes(decode=0.01), WorkCounters(30, 1, 2)
    shown = Update((), (first,))
    done = Update((first, second), ())
    return (
        Step(name, 0, 0.2, 0.2, 0.2, 0.21, spent, effort, shown, False),
        Step(name, 1, SECONDS, SECONDS, SECONDS, SECONDS + 0.01, spent, effort, done, True),
    )


def failed(rows: int) -> int:
    """How many of so many rows fail."""
    return rows // _EVERY_FAILED


def wrong(rows: int) -> int:
    """How many words of so many rows are taken for others."""
    return -(-rows // _EVERY_WRONG)


class Knowing:
    """A worker without a model."""

    def stream(self, job: Job) -> tuple[Step, ...]:
        return steps(int(job.recording.removeprefix("row")))

    def facts(self) -> dict[str, Any]:
        return {"load_seconds": 0.0}


def _row(number: int) -> dict[str, object]:
    said = reference(number)
    return {
        "file_name": f"{number % SOUNDS}.wav",
        "id": said.recording,
        "text": said.text,
        "speaker": said.speaker,
        "words": [{"text": w.text, "start": w.start, "end": w.end} for w in said.words],
    }


def _spoken(number: int) -> tuple[Word, ...]:
    first, second = number % _VOCABULARY, number // _VOCABULARY % _VOCABULARY
    return Word(f"word{first}", 0.02, 0.14), Word(f"word{second}", 0.16, 0.28)


def _write_sound(path: Path, seed: int) -> None:
    noise = np.random.default_rng(seed).standard_normal(int(SECONDS * SAMPLE_RATE))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((1000 * noise).astype(np.int16).tobytes())
