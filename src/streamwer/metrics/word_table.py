"""The words table of one recording: one row per reference token and one per inserted word."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamwer.metrics.alignment import Pair
from streamwer.metrics.compounds import map_compounds
from streamwer.metrics.latency_split import PARTS, Moments, split
from streamwer.metrics.timeline import Emission
from streamwer.metrics.tokens import Token
from streamwer.text.words import joined
from streamwer.types import Reference, Step

NEVER = math.inf
COLUMNS = (
    "recording",
    "speaker",
    "condition",
    "index",
    "word",
    "heard",
    "status",
    "start",
    "end",
    "heard_start",
    "heard_end",
    "first_shown",
    "shown",
    "shown_raw",
    "revisions",
    "committed",
    "audio_end",
    "ready",
    "started",
    *PARTS,
)
Columns = dict[str, NDArray[Any]]


def rows(
    reference: Reference,
    spoken: Sequence[Token],
    heard: Sequence[Token],
    pairs: Sequence[Pair],
    said: Sequence[Emission],
    steps: Sequence[Step],
) -> Columns:
    """The rows of one recording, in the order of the alignment.

    Args:
        reference: what was said.
        spoken: its tokens.
        heard: the tokens of the committed words.
        pairs: how both are aligned.
        said: the committed words.
        steps: the steps of the recording.
    """
    mine = np.array([-1 if p.reference is None else p.reference for p in pairs], dtype=np.int64)
    otherwise = map_compounds([t.text for t in spoken], [t.text for t in heard], pairs)
    theirs = np.array([_heard_as(pair, otherwise) for pair in pairs], dtype=np.int64)
    found = {
        "recording": _same(reference.recording, len(pairs)),
        "speaker": _same(reference.speaker or reference.source or reference.recording, len(pairs)),
        "condition": _same(reference.condition, len(pairs)),
        "index": _place(mine),
        "status": np.array([pair.status for pair in pairs], dtype=object),
        "word": _picked([token.text for token in spoken], mine, None, object),
        **_spoken(reference, spoken, mine),
        **_heard(heard, said, theirs),
    }
    moments = Moments(*(found[name] for name in Moments._fields))
    return found | split(moments, steps)


def _heard_as(pair: Pair, otherwise: Mapping[int, int]) -> int:
    """The hypothesis token; of a deleted one, that in which it came nevertheless; −1 if none."""
    if pair.hypothesis is not None:
        return pair.hypothesis
    return -1 if pair.reference is None else otherwise.get(pair.reference, -1)


def table(recordings: Sequence[Columns]) -> Columns:
    """The columns of all recordings' rows, one recording after the other; takes them over."""
    if not recordings:
        return {name: np.array([]) for name in COLUMNS}
    # Column by column, so that two copies of the whole are never there at once.
    return {name: np.concatenate([each.pop(name) for each in recordings]) for name in COLUMNS}


def _spoken(reference: Reference, tokens: Sequence[Token], at: NDArray[np.int64]) -> Columns:
    """The times of the reference tokens; NaN for inserted words and where none are known."""
    words = reference.words
    start = [words[token.first].start if words else math.nan for token in tokens]
    end = [words[token.last].end if words else math.nan for token in tokens]
    return {"start": _picked(start, at, math.nan), "end": _picked(end, at, math.nan)}


def _heard(tokens: Sequence[Token], said: Sequence[Emission], at: NDArray[np.int64]) -> Columns:
    """What was emitted and when. A token of several words is there when the last of them is."""
    last = [said[token.last] for token in tokens]
    steps = [emission.committed for emission in last]
    runs = [said[token.first : token.last + 1] for token in tokens]
    return {
        "heard": _picked([joined(e.word.text for e in run) for run in runs], at, None, object),
        "heard_start": _picked([run[0].word.start for run in runs], at, math.nan),
        "heard_end": _picked([emission.word.end for emission in last], at, math.nan),
        "first_shown": _picked([min(e.first_shown.emitted for e in run) for run in runs], at),
        "shown": _picked([max(e.shown.emitted for e in run) for run in runs], at),
        "shown_raw": _picked([max(e.shown_raw.emitted for e in run) for run in runs], at),
        "revisions": _picked([sum(e.revisions for e in run) for run in runs], at, 0, np.int64),
        "committed": _picked([step.emitted for step in steps], at),
        "audio_end": _picked([step.audio_end for step in steps], at),
        "ready": _picked([step.ready for step in steps], at),
        "started": _picked([step.start for step in steps], at),
    }


def _place(reference: NDArray[np.int64]) -> NDArray[np.int64]:
    """The index of each reference token; of an inserted word, that of the token after it."""
    return np.where(reference >= 0, reference, np.cumsum(reference >= 0))


def _picked(
    values: Sequence[Any], at: NDArray[np.int64], missing: Any = NEVER, dtype: Any = np.float64
) -> NDArray[Any]:
    """`values[at]`, and `missing` where `at` is −1."""
    padded = np.empty(len(values) + 1, dtype=dtype)
    padded[:-1], padded[-1] = values, missing
    return padded[at]


def _same(value: str, count: int) -> NDArray[Any]:
    return np.full(count, value, dtype=object)
