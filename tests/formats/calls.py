"""A call worked out by hand, as every program would have logged it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from streamwer.eventlog.log import EventLog
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters

SPOKEN = (
    Word("my", 0.2, 0.4),
    Word("name", 0.4, 0.8),
    Word("is", 1.0, 1.2),
    Word("jane", 1.3, 1.8),
)
REFERENCE = Reference("call", "audio/call.flac", 2.0, "my name is jane", "s", words=SPOKEN)


def lines(path: Path, records: Iterable[object]) -> Path:
    """One JSON value a line, or a text as it is."""
    texts = (each if isinstance(each, str) else json.dumps(each) for each in records)
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def emitted(log: EventLog) -> list[tuple[str, float, float]]:
    """Every committed word with the end of its audio and its emission, in order."""
    return [
        (word.text, step.audio_end, step.emitted)
        for step in log.steps
        for word in step.update.committed
    ]


def tentative(log: EventLog) -> list[str]:
    """The tentative text of every step."""
    return [" ".join(word.text for word in step.update.tentative) for step in log.steps]


def own_step(
    number: int,
    audio_end: float,
    emitted: float,
    committed: str,
    tentative: str = "",
    name: str = "call",
) -> Step:
    def words(text: str) -> tuple[Word, ...]:
        return tuple(Word(token, audio_end, audio_end) for token in text.split())

    return Step(
        recording=name,
        step=number,
        audio_end=audio_end,
        ready=audio_end,
        start=audio_end,
        emitted=emitted,
        compute=StageTimes(decode=emitted - audio_end),
        effort=WorkCounters(),
        update=Update(words(committed), words(tentative)),
        is_last=False,
    )
