"""The calls as the page's script reads them: compressed JSON, in parts that open fast.

One island holds what the list of calls needs; each of the others holds a few calls. Times are
hundredths of a second. `data.js` is the other side of this.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from streamwer.metrics.summary import timed
from streamwer.metrics.word_diff import WordRun
from streamwer.reports.calls import Call, Outcome
from streamwer.reports.comparison import Comparison, Sound, System
from streamwer.reports.palette import styles
from streamwer.text.words import joined
from streamwer.types import Step

PACK = 16
"""Calls in an island: neighbours are alike, so together they compress better."""


class Islands(NamedTuple):
    """The list of calls, and the packs of them, as base64 of zlib streams."""

    listed: str
    packs: list[str]


def islands(comparison: Comparison, calls: Sequence[Call]) -> Islands:
    """Everything that the call table and the call view show."""
    views = _Views(comparison)
    packs = (calls[at : at + PACK] for at in range(0, len(calls), PACK))
    return Islands(
        _packed(_index(comparison, calls)),
        [_packed([views.call(call) for call in pack]) for pack in packs],
    )


def _packed(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A transcript may hold what UTF-8 cannot; it is no reason to lose the report.
    return base64.b64encode(zlib.compress(text.encode("utf-8", errors="replace"), 9)).decode()


def _index(comparison: Comparison, calls: Sequence[Call]) -> dict[str, Any]:
    """Column by column, because columns compress better than rows."""
    looks = styles(comparison)
    names = [system.summary.name for system in comparison.systems]
    return {
        "pack": PACK,
        "systems": [{"name": name, "colour": looks[name].colour} for name in names],
        "recording": [call.recording for call in calls],
        "speaker": [call.speaker for call in calls],
        "condition": [call.condition for call in calls],
        "language": [call.language for call in calls],
        "seconds": [round(call.seconds, 2) for call in calls],
        "rate": [[_rate(call.outcomes[at]) for call in calls] for at in range(len(names))],
        "late": [
            [_rounded(call.outcomes[at].latency) for call in calls] for at in range(len(names))
        ],
        "failed": [
            [int(bool(call.outcomes[at].failure)) for call in calls] for at in range(len(names))
        ],
        "words": [_searched(call) for call in calls],
    }


def _rate(outcome: Outcome) -> float | None:
    rate = outcome.errors.rate
    return None if rate is None else round(rate.value, 4)


def _rounded(seconds: float | None) -> float | str | None:
    """JSON has no infinity."""
    if seconds is None or np.isfinite(seconds):
        return None if seconds is None else round(seconds, 2)
    return "never"


def _searched(call: Call) -> str:
    """What was said, and what was heard instead: all that a search should find."""
    wrong = [run for outcome in call.outcomes for run in outcome.runs if run.kind != "hit"]
    heard = {_written(run.heard): None for run in wrong}
    failures = {outcome.failure: None for outcome in call.outcomes}
    return " ".join(filter(None, [_written(call.reference), *heard, *failures])).lower()


def _written(tokens: str) -> str:
    return joined(tokens.split(" "))


class _Words(NamedTuple):
    """The timed reference words of one recording, in hundredths of a second; None is never."""

    spoken: list[list[Any]]
    """Word, begin, length."""
    marks: list[list[int | None]]
    """First shown, shown for good and committed, each as hundredths after the word's end."""


class _Views:
    """What the call view shows of one call, looked up in tables that are gone through once."""

    def __init__(self, comparison: Comparison) -> None:
        self._sounds = comparison.sounds
        self._words = [_by_recording(system.scores.words) for system in comparison.systems]
        self._steps = [_steps(system) for system in comparison.systems]

    def call(self, call: Call) -> dict[str, Any]:
        name = call.recording
        sound = self._sounds.get(name, Sound())
        words = [system.get(name) for system in self._words]
        return {
            "said": call.reference.split(" ") if call.reference else [],
            "spoken": next((each.spoken for each in words if each), []),
            "audio": sound.address,
            "peaks": sound.peaks,
            "systems": [
                _outcome(outcome, words[at], self._steps[at].get(name, []))
                for at, outcome in enumerate(call.outcomes)
            ],
        }


def _by_recording(words: pd.DataFrame) -> dict[str, _Words]:
    """The reference words that have a time; the view's time line has no place for others."""
    words = timed(words)
    starts, ends = _hundredths(words["start"]), _hundredths(words["end"])
    spoken = [
        [word, start, None if start is None or end is None else end - start]
        for word, start, end in zip(words["word"], starts, ends, strict=True)
    ]
    columns = ("first_shown", "shown", "committed")
    marks = [_hundredths(words[name] - words["end"]) for name in columns]
    found = {}
    for name, rows in groupby(range(len(words)), words["recording"].tolist().__getitem__):
        first, *others = rows
        part = slice(first, first + 1 + len(others))
        found[str(name)] = _Words(spoken[part], [column[part] for column in marks])
    return found


def _steps(system: System) -> Mapping[str, list[Step]]:
    return system.log.by_recording() if system.log else {}


def _outcome(outcome: Outcome, words: _Words | None, steps: list[Step]) -> dict[str, Any]:
    errors = outcome.errors
    return {
        "errors": [errors.substitutions, errors.deletions, errors.insertions],
        "failure": outcome.failure,
        "runs": [_run(run) for run in outcome.runs],
        "marks": words.marks if words else [],
        "steps": [] if outcome.failure else _timeline(steps),
    }


def _run(run: WordRun) -> int | str | list[str]:
    """Words that were right as a count, missed ones as a negative count, others as text."""
    if run.kind in ("hit", "deleted"):
        count = len(run.said.split(" "))
        return count if run.kind == "hit" else -count
    return run.heard if run.kind == "substituted" else [run.heard]


def _hundredths(values: pd.Series[float]) -> list[int | None]:
    rounded = np.rint(100 * values.to_numpy(float)).tolist()
    return [int(value) if math.isfinite(value) else None for value in rounded]


def _timeline(steps: Sequence[Step]) -> list[list[Any]]:
    """Each step as its differences to the one before: times, then what became of the text.

    [audio_end − the last one's, ready − audio_end, start − ready, emitted − start, words
    committed, words taken back from the end of the text, words added to it]
    """
    found, heard, before = [], 0, []  # type: list[list[Any]], int, list[str]
    settled: list[str] = []
    for step in steps:
        audio_end, ready, start, emitted = (
            round(100 * value) for value in (step.audio_end, step.ready, step.start, step.emitted)
        )
        settled += [word.text for word in step.update.committed]
        now = settled + [word.text for word in step.update.tentative]
        kept = _common(before, now)
        text = [len(step.update.committed), len(before) - kept, now[kept:]]
        found.append([audio_end - heard, ready - audio_end, start - ready, emitted - start, *text])
        heard, before = audio_end, now
    return found


def _common(before: Sequence[str], now: Sequence[str]) -> int:
    """How many words both begin with."""
    same = 0
    for old, new in zip(before, now, strict=False):
        if old != new:
            break
        same += 1
    return same
