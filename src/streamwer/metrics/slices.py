"""The same figures on parts of the data: where a system errs more, or is later."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from streamwer.metrics.quantiles import Quantile, alone
from streamwer.metrics.tables import sources
from streamwer.metrics.word_errors import WordErrors

Kind = Literal["condition", "speaker", "length", "position"]

LENGTHS = {
    10: "up to 10 s",
    30: "10 to 30 s",
    120: "30 s to 2 min",
    600: "2 to 10 min",
    math.inf: "over 10 min",
}
"""Bands of recording length by their longest, in seconds."""
POSITIONS = ("first third", "middle third", "last third")

_STATUSES = {
    "hit": "hits",
    "substituted": "substitutions",
    "deleted": "deletions",
    "inserted": "insertions",
}


@dataclass(frozen=True)
class Slice:
    """The words of the recordings, or of the part of each, that have something in common.

    Attributes:
        kind: what they have in common.
        name: the condition, the speaker, the band of lengths, or the third of the call.
        recordings: how many recordings have words in it.
        errors: pooled word error counts.
        p50: median commit latency in seconds, without an interval.
        p95: the same at 95 %; None where the slice has too few words.
        coverage: share of its timed reference words that were emitted; NaN without such words.
    """

    kind: Kind
    name: str
    recordings: int
    errors: WordErrors
    p50: Quantile
    p95: Quantile
    coverage: float


def slices(recordings: pd.DataFrame, words: pd.DataFrame) -> tuple[Slice, ...]:
    """All slices of a system's tables, kind by kind; by speaker only where speakers are named.

    A recording without a word, said or heard, is in no slice.
    """
    seconds = recordings.set_index("recording")["seconds"].reindex(words["recording"])
    shared: dict[Kind, NDArray[Any] | pd.Categorical] = {
        "condition": words["condition"].to_numpy(),
        "speaker": words["speaker"].to_numpy(),
        "length": _band(seconds.to_numpy(float)),
        "position": _third(words),
    }
    if recordings["speaker"].equals(sources(recordings)):
        del shared["speaker"]
    return tuple(
        _slice(kind, str(name), rows)
        for kind, values in shared.items()
        for name, rows in words.groupby(values, observed=True)
    )


def _slice(kind: Kind, name: str, words: pd.DataFrame) -> Slice:
    timed = words[words["end"].notna()]
    late = (timed["committed"] - timed["end"]).dropna().to_numpy(float)
    came = np.isfinite(timed["committed"].to_numpy(float))
    return Slice(
        kind=kind,
        name=name,
        recordings=words["recording"].nunique(),
        errors=errors_of(words),
        p50=alone(late, 0.5),
        p95=alone(late, 0.95),
        coverage=float(came.mean()) if len(came) else math.nan,
    )


def errors_of(words: pd.DataFrame) -> WordErrors:
    """The error counts of some rows of a words table."""
    counts = words["status"].value_counts()
    return WordErrors(**{kind: int(counts.get(at, 0)) for at, kind in _STATUSES.items()})


def _band(seconds: NDArray[np.float64]) -> pd.Categorical:
    at = np.searchsorted(np.array(list(LENGTHS)), seconds)
    return pd.Categorical.from_codes(at, list(LENGTHS.values()), ordered=True)


def _third(words: pd.DataFrame) -> pd.Categorical:
    """By the count of reference words, which is known without times; insertions by their place."""
    spoken = words["word"].notna().groupby(words["recording"]).transform("sum").to_numpy()
    third = np.minimum(3 * words["index"].to_numpy() // np.maximum(spoken, 1), 2)
    return pd.Categorical.from_codes(third, list(POSITIONS), ordered=True)
