"""The calls as compressed JSON inside the page, in parts that open fast.

The index holds what the list of calls needs; each pack holds a few calls. Times are hundredths
of a second. `data.js` reads what this module writes.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Sequence
from itertools import groupby, takewhile
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from streamwer.metrics.latency import select_timed_words
from streamwer.metrics.word_diff import WordRun
from streamwer.reports.calls import CallResult, CallResults
from streamwer.reports.comparison import AudioClip, Comparison
from streamwer.reports.palette import assign_styles
from streamwer.text.words import join_words
from streamwer.types import Step

PACK = 16
"""Calls in a pack: neighbours are similar, so together they compress better."""


class EmbeddedCalls(NamedTuple):
    """The list of calls, and the packs of them, as base64 of zlib streams."""

    overview: str
    packs: list[str]


def embed_calls(comparison: Comparison, calls: Sequence[CallResults]) -> EmbeddedCalls:
    """Encode everything that the call table and the call view show."""
    encoder = _CallEncoder(comparison)
    packs = (calls[at : at + PACK] for at in range(0, len(calls), PACK))
    return EmbeddedCalls(
        _compress(_index(comparison, calls)),
        [_compress([encoder.encode(call) for call in pack]) for pack in packs],
    )


def _compress(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A transcript may hold what UTF-8 cannot; it is no reason to lose the report.
    return base64.b64encode(zlib.compress(text.encode("utf-8", errors="replace"), 9)).decode()


def _index(comparison: Comparison, calls: Sequence[CallResults]) -> dict[str, Any]:
    """Column by column, because columns compress better than rows."""
    styles = assign_styles(comparison)
    names = [system.summary.name for system in comparison.systems]
    return {
        "pack": PACK,
        "systems": [{"name": name, "colour": styles[name].colour} for name in names],
        "recording": [call.recording for call in calls],
        "speaker": [call.speaker for call in calls],
        "condition": [call.condition for call in calls],
        "language": [call.language for call in calls],
        "seconds": [round(call.seconds, 2) for call in calls],
        "rate": [[_get_rate(call.results[at]) for call in calls] for at in range(len(names))],
        "late": [[_round(call.results[at].latency) for call in calls] for at in range(len(names))],
        "failed": [
            [int(bool(call.results[at].failure)) for call in calls] for at in range(len(names))
        ],
        "words": [_search_text(call) for call in calls],
    }


def _get_rate(result: CallResult) -> float | None:
    rate = result.errors.rate
    return None if rate is None else round(rate.value, 4)


def _round(seconds: float | None) -> float | str | None:
    """Round; infinity becomes "never", since JSON has none."""
    if seconds is None or np.isfinite(seconds):
        return None if seconds is None else round(seconds, 2)
    return "never"


def _search_text(call: CallResults) -> str:
    """Join all that a search should find: the reference, errors and failures."""
    runs = [run for result in call.results for run in result.runs if run.kind != "hit"]
    errors = dict.fromkeys(_join_tokens(run.hypothesis) for run in runs)
    failures = dict.fromkeys(result.failure for result in call.results)
    return " ".join(filter(None, [_join_tokens(call.reference), *errors, *failures])).lower()


def _join_tokens(tokens: str) -> str:
    return join_words(tokens.split(" "))


class _TimedWords(NamedTuple):
    """The timed reference words of one recording, in hundredths of a second; None is never."""

    spoken: list[list[Any]]
    """Word, begin, length."""
    marks: list[list[int | None]]
    """First shown, shown for good and committed, each as hundredths after the word's end."""


class _CallEncoder:
    """Encodes what the call view shows of a call, from tables that are read once."""

    def __init__(self, comparison: Comparison) -> None:
        self._clips = comparison.audio_clips
        self._words = [_group_timed_words(system.scores.words) for system in comparison.systems]
        self._steps = [s.log.group_by_recording() if s.log else {} for s in comparison.systems]

    def encode(self, call: CallResults) -> dict[str, Any]:
        name = call.recording
        clip = self._clips.get(name, AudioClip())
        words = [system.get(name) for system in self._words]
        return {
            "reference": call.reference.split(" ") if call.reference else [],
            "spoken": next((timed.spoken for timed in words if timed), []),
            "audio": clip.url,
            "peaks": clip.peaks,
            "systems": [
                _encode_result(result, words[at], self._steps[at].get(name, []))
                for at, result in enumerate(call.results)
            ],
        }


def _group_timed_words(words: pd.DataFrame) -> dict[str, _TimedWords]:
    """Group the reference words that have a time by recording."""
    words = select_timed_words(words)
    starts, ends = _to_hundredths(words["start"]), _to_hundredths(words["end"])
    spoken = [
        [word, start, None if start is None or end is None else end - start]
        for word, start, end in zip(words["word"], starts, ends, strict=True)
    ]
    columns = ("first_shown", "shown", "committed")
    marks = [_to_hundredths(words[name] - words["end"]) for name in columns]
    by_recording = {}
    for name, rows in groupby(range(len(words)), words["recording"].tolist().__getitem__):
        first, *more = rows
        part = slice(first, first + 1 + len(more))
        by_recording[str(name)] = _TimedWords(spoken[part], [column[part] for column in marks])
    return by_recording


def _encode_result(
    result: CallResult, words: _TimedWords | None, steps: list[Step]
) -> dict[str, Any]:
    errors = result.errors
    return {
        "errors": [errors.substitutions, errors.deletions, errors.insertions],
        "failure": result.failure,
        "runs": [_encode_run(run) for run in result.runs],
        "marks": words.marks if words else [],
        "steps": [] if result.failure else _encode_timeline(steps),
    }


def _encode_run(run: WordRun) -> int | str | list[str]:
    """Encode correct words as a count, deleted ones as a negative count, others as text."""
    if run.kind in ("hit", "deleted"):
        count = len(run.reference.split(" "))
        return count if run.kind == "hit" else -count
    return run.hypothesis if run.kind == "substituted" else [run.hypothesis]


def _to_hundredths(values: pd.Series[float]) -> list[int | None]:
    rounded = np.rint(100 * values.to_numpy(float)).tolist()
    return [int(value) if math.isfinite(value) else None for value in rounded]


def _encode_timeline(steps: Sequence[Step]) -> list[list[Any]]:
    """Encode each step as its differences to the one before: times, then changes of the text.

    [audio_end − the last one's, ready − audio_end, start − ready, emitted − start, words
    committed, words taken back from the end of the text, words added to it]
    """
    rows, last_end, before = [], 0, []  # type: list[list[Any]], int, list[str]
    committed: list[str] = []
    for step in steps:
        audio_end, ready, start, emitted = (
            round(100 * value) for value in (step.audio_end, step.ready, step.start, step.emitted)
        )
        committed += [word.text for word in step.update.committed]
        now = committed + [word.text for word in step.update.tentative]
        same = _count_common(before, now)
        text = [len(step.update.committed), len(before) - same, now[same:]]
        times = [audio_end - last_end, ready - audio_end, start - ready, emitted - start]
        rows.append([*times, *text])
        last_end, before = audio_end, now
    return rows


def _count_common(before: Sequence[str], now: Sequence[str]) -> int:
    """Count the words that both begin with."""
    pairs = zip(before, now, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
