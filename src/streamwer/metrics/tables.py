"""Score an event log: one row per recording and one row per reference word.

Every figure follows from these two tables. A recording that failed has all its words
deleted, and a word that was never emitted is infinitely late: both stay in every
denominator.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import pandas as pd

from streamwer.eventlog import EventLog
from streamwer.metrics.alignment import align, count
from streamwer.metrics.lag import lag_slope
from streamwer.metrics.lagging import lagging_row
from streamwer.metrics.normalise import Normaliser
from streamwer.metrics.partials import partials
from streamwer.metrics.timeline import Emission, emissions, erased
from streamwer.transcript import Compute, Effort, Reference, Step, Word

NEVER = math.inf
T = TypeVar("T")


@dataclass(frozen=True)
class Scores:
    """The two tables of one system.

    Attributes:
        recordings: one row per recording: error counts, text, timing, cost.
        words: one row per reference word that has a time: status and when it was emitted.
    """

    recordings: pd.DataFrame
    words: pd.DataFrame


def score(references: Sequence[Reference], log: EventLog, normaliser: Normaliser) -> Scores:
    """Score one system's log against the manifest it was run on.

    Recordings that the log does not mention count as failed.
    """
    steps = log.by_recording()
    reasons = {failure.recording: failure.reason for failure in log.failures}
    recordings: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    for reference in references:
        mine = steps.get(reference.recording, [])
        missing = "" if mine else "the event log does not mention it"
        reason = reasons.get(reference.recording, missing)
        mine = [] if reason else mine
        said = emissions(mine)
        timed = _words(reference, said, normaliser)
        recordings.append(
            _recording(reference, mine, said, reason, normaliser)
            | {"finalisation": _finalisation(mine, timed)}
        )
        words += timed
    return Scores(pd.DataFrame(recordings), pd.DataFrame(words, columns=list(_WORD_COLUMNS)))


_WORD_COLUMNS = (
    "recording",
    "speaker",
    "condition",
    "index",
    "word",
    "heard",
    "status",
    "start",
    "end",
    "shown",
    "committed",
    "audio_end",
    "ready",
    "started",
)


def _recording(
    reference: Reference,
    steps: Sequence[Step],
    said: Sequence[Emission],
    reason: str,
    normaliser: Normaliser,
) -> dict[str, Any]:
    text = " ".join(emission.word.text for emission in said)
    errors = count(align(normaliser.tokens(reference.text), normaliser.tokens(text)))
    compute = sum((step.compute for step in steps), Compute())
    partial, slope = partials(steps), lag_slope(steps)
    spoken = reference.words
    return {
        "recording": reference.recording,
        "speaker": reference.speaker or reference.recording,
        "condition": reference.condition,
        "seconds": reference.seconds,
        "failure": reason,
        "reference": reference.text,
        "hypothesis": text,
        "hits": errors.hits,
        "substitutions": errors.substitutions,
        "deletions": errors.deletions,
        "insertions": errors.insertions,
        "final_words": len(said),
        "erased_words": erased(steps),
        "partial_words": partial.shown,
        "unstable_words": partial.unstable,
        "lag_slope": slope.value,
        "lag_spread": slope.spread,
        "forced_words": sum(step.update.forced for step in steps),
        "cut_words": sum(step.update.cut for step in steps),
        "steps": len(steps),
        "first_text": _first_shown(steps) - spoken[0].end if spoken else math.nan,
        **lagging_row(reference, said, normaliser),
        **{f"{stage}_s": seconds for stage, seconds in asdict(compute).items()},
        **asdict(sum((step.effort for step in steps), Effort())),
    }


def _first_shown(steps: Sequence[Step]) -> float:
    shown = (s.emitted for s in steps if s.update.committed or s.update.tentative)
    return next(shown, NEVER)


def _finalisation(steps: Sequence[Step], timed: Sequence[dict[str, Any]]) -> float:
    """From the end of the last word to the last commit; never, if that word was not emitted."""
    if not timed:
        return math.nan
    if timed[-1]["status"] == "deleted":
        return NEVER
    return max(step.emitted for step in steps if step.update.committed) - float(timed[-1]["end"])


def _words(
    reference: Reference, said: Sequence[Emission], normaliser: Normaliser
) -> list[dict[str, Any]]:
    spoken = _tokens([(word, word) for word in reference.words], normaliser)
    heard = _tokens([(emission.word, emission) for emission in said], normaliser)
    pairs = align([token for token, _ in spoken], [token for token, _ in heard])
    rows = []
    for pair in pairs:
        if pair.reference is None:
            continue
        token, word = spoken[pair.reference]
        row = {
            "recording": reference.recording,
            "speaker": reference.speaker or reference.recording,
            "condition": reference.condition,
            "index": pair.reference,
            "word": token,
            "status": pair.status,
            "start": word.start,
            "end": word.end,
        }
        emission = None if pair.hypothesis is None else heard[pair.hypothesis][1]
        rows.append(row | _emission(emission))
    return rows


def _emission(emission: Emission | None) -> dict[str, Any]:
    if emission is None:
        never = dict.fromkeys(("shown", "committed", "audio_end", "ready", "started"), NEVER)
        return {"heard": None, **never}
    step = emission.committed
    return {
        "heard": emission.word.text,
        "shown": emission.shown.emitted,
        "committed": step.emitted,
        "audio_end": step.audio_end,
        "ready": step.ready,
        "started": step.start,
    }


def _tokens(words: Sequence[tuple[Word, T]], normaliser: Normaliser) -> list[tuple[str, T]]:
    """Normalised tokens, each with the word it comes from: a word may give none or several."""
    return [(token, source) for word, source in words for token in normaliser.tokens(word.text)]
