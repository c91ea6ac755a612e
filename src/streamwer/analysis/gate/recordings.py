"""Which recordings are not what they were, and which became worse."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from streamwer.analysis.gate.run_group import KINDS, Side, errors
from streamwer.analysis.gate.verdict import Regressed
from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.word_diff import diff_words
from streamwer.metrics.word_errors import WordErrors
from streamwer.text.normalise import Normaliser

_ROUNDING_S = 1e-6
_SAID = ("hypothesis", "failure")
_MOMENTS = ("shown", "committed")
_COUNTED = (*KINDS, "erased_words", "final_words")


def changed(baseline: Side, candidate: Side) -> tuple[str, ...]:
    """The recordings whose text, counts or moments differ by more than rounding."""
    mine, other = candidate.recordings, baseline.recordings
    columns = [column for column in (*_SAID, *_COUNTED) if column in mine and column in other]
    rows = (mine[columns].to_numpy(object) != other[columns].to_numpy(object)).any(axis=1)
    found = set(mine["recording"][rows])
    for column in _MOMENTS:
        moved = _differ(candidate.words[column], baseline.words[column])
        found |= set(candidate.words["recording"][moved])
    return tuple(sorted(found))


def worst(
    baseline: Side, candidate: Side, normaliser: Normaliser, most: int
) -> tuple[Regressed, ...]:
    """The recordings with more errors than before, then those that are later; worst first."""
    mine, other = _errors(candidate), _errors(baseline)
    later = _medians(candidate) - _medians(baseline)
    more = (mine - other).fillna(0)
    table = pd.DataFrame({"more": more, "later": later.reindex(more.index).fillna(0.0)})
    bad = table[(table["more"] > 0) | ((table["more"] == 0) & (table["later"] > _ROUNDING_S))]
    order = bad.sort_values(["more", "later"], ascending=False, kind="stable").index[:most]
    return tuple(_regressed(baseline, candidate, normaliser, list(order), later))


def _regressed(
    baseline: Side,
    candidate: Side,
    normaliser: Normaliser,
    names: list[str],
    later: pd.Series[float],
) -> Iterator[Regressed]:
    """With the counts of all runs together, and the texts of the first run of either side."""
    sides = (baseline, candidate)
    sums = [each.recordings.groupby("recording")[list(KINDS)].sum() for each in sides]
    first = [each.runs[0].recordings.set_index("recording") for each in sides]
    for name in names:
        old, new = (WordErrors(*map(int, table.loc[name])) for table in sums)
        mine = normaliser.of(first[1].loc[name].get("language", ""))
        said = mine.tokens(first[1].loc[name, "reference"])
        was, now = (
            tuple(diff_words(said, mine.tokens(table.loc[name, "hypothesis"]))) for table in first
        )
        failure = first[1].loc[name, "failure"]
        yield Regressed(name, old, new, float(later.get(name, math.nan)), was, now, failure)


def _errors(side: Side) -> pd.Series[float]:
    return errors(side.recordings).groupby(side.recordings["recording"]).mean()


def _medians(side: Side) -> pd.Series[float]:
    late = side.words["committed"] - side.words["end"]
    return late.where(np.isfinite(late)).groupby(side.words["recording"]).median()


def _differ(mine: pd.Series[float], other: pd.Series[float]) -> Floats:
    one, two = mine.to_numpy(np.float64), other.to_numpy(np.float64)
    same = np.isclose(one, two, rtol=0, atol=_ROUNDING_S, equal_nan=True)
    return ~same  # type: ignore[no-any-return]
