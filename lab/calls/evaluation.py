"""What a real Whisper makes of the calls offline: faster-whisper, beam 5, with the voice filter."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jiwer
from faster_whisper import WhisperModel
from whisper_normalizer.english import EnglishTextNormalizer

from streamwer import audio


@dataclass(frozen=True)
class Transcribed:
    """A call's row of `metadata.jsonl`, what a model heard, and the errors in it."""

    row: dict[str, Any]
    heard: str
    errors: int
    words: int


def transcribe_calls(model: Path, folder: Path) -> Iterator[Transcribed]:
    """Transcribe every call of an audiofolder and count errors after Whisper's normaliser.

    Args:
        model: CTranslate2 model folder.
        folder: holds `metadata.jsonl` and the audio.
    """
    whisper = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=1)
    normalise = EnglishTextNormalizer()
    for row in read_rows(folder):
        segments, _ = whisper.transcribe(
            audio.load_audio(folder / row["file_name"]), language="en", beam_size=5, vad_filter=True
        )
        heard = " ".join(segment.text.strip() for segment in segments)
        found = jiwer.process_words(normalise(row["text"]), normalise(heard))
        errors = found.substitutions + found.deletions + found.insertions
        yield Transcribed(row, heard, errors, sum(map(len, found.references)))


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """Read the rows of an audiofolder."""
    lines = (folder / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def pool_by_condition(calls: Iterable[Transcribed]) -> dict[str, float]:
    """Word error rate by condition, and of all calls: sum of errors over sum of words."""
    groups: dict[str, list[Transcribed]] = {}
    for call in calls:
        for name in (call.row["condition"], "all"):
            groups.setdefault(name, []).append(call)
    return {name: round(pool(members), 4) for name, members in sorted(groups.items())}


def pool(calls: Sequence[Transcribed]) -> float:
    """Word error rate of some calls together."""
    return sum(call.errors for call in calls) / sum(call.words for call in calls)
