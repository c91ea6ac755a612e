"""Recordings that changed against the baseline, and those that became worse."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from streamwer.analysis.gate.run_group import RunGroup
from streamwer.analysis.gate.verdict import RegressedRecording
from streamwer.metrics.error_rate import KINDS, sum_errors
from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.word_diff import diff_words
from streamwer.metrics.word_errors import WordErrors
from streamwer.text.normalise import Normaliser

_ROUNDING_S = 1e-6
_TEXT_COLUMNS = ("hypothesis", "failure")
_TIME_COLUMNS = ("shown", "committed")
_COUNT_COLUMNS = (*KINDS, "erased_words", "final_words")


def find_changed_recordings(baseline: RunGroup, candidate: RunGroup) -> tuple[str, ...]:
    """Return the recordings whose text, counts or times differ by more than rounding."""
    new, old = candidate.recordings, baseline.recordings
    columns = [
        column for column in (*_TEXT_COLUMNS, *_COUNT_COLUMNS) if column in new and column in old
    ]
    rows = (new[columns].to_numpy(object) != old[columns].to_numpy(object)).any(axis=1)
    found = set(new["recording"][rows])
    for column in _TIME_COLUMNS:
        moved = _find_differences(candidate.words[column], baseline.words[column])
        found |= set(candidate.words["recording"][moved])
    return tuple(sorted(found))


def find_regressed_recordings(
    baseline: RunGroup, candidate: RunGroup, normaliser: Normaliser, most: int
) -> tuple[RegressedRecording, ...]:
    """Return the recordings with more errors than before, then those that are later; worst first.

    Args:
        baseline: its runs.
        candidate: its runs, of the same recordings.
        normaliser: the scores' own, for the word diffs.
        most: the largest number to return.
    """
    later = _compute_medians(candidate) - _compute_medians(baseline)
    more = (_average_errors(candidate) - _average_errors(baseline)).fillna(0)
    table = pd.DataFrame({"more": more, "later": later.reindex(more.index).fillna(0.0)})
    bad = table[(table["more"] > 0) | ((table["more"] == 0) & (table["later"] > _ROUNDING_S))]
    order = bad.sort_values(["more", "later"], ascending=False, kind="stable").index[:most]
    return tuple(_build_regressed(baseline, candidate, normaliser, list(order), later))


def _build_regressed(
    baseline: RunGroup,
    candidate: RunGroup,
    normaliser: Normaliser,
    names: list[str],
    later: pd.Series[float],
) -> Iterator[RegressedRecording]:
    """Pair the counts of all runs with the texts of the first run of each group."""
    groups = (baseline, candidate)
    sums = [each.recordings.groupby("recording")[list(KINDS)].sum() for each in groups]
    first = [each.runs[0].recordings.set_index("recording") for each in groups]
    for name in names:
        old, new = (WordErrors(*map(int, table.loc[name])) for table in sums)
        normalise = normaliser.for_language(first[1].loc[name].get("language", ""))
        reference = normalise.tokenise(first[1].loc[name, "reference"])
        was, now = (
            tuple(diff_words(reference, normalise.tokenise(table.loc[name, "hypothesis"])))
            for table in first
        )
        failure = first[1].loc[name, "failure"]
        yield RegressedRecording(
            name, old, new, float(later.get(name, math.nan)), was, now, failure
        )


def _average_errors(group: RunGroup) -> pd.Series[float]:
    return sum_errors(group.recordings).groupby(group.recordings["recording"]).mean()


def _compute_medians(group: RunGroup) -> pd.Series[float]:
    late = group.words["committed"] - group.words["end"]
    return late.where(np.isfinite(late)).groupby(group.words["recording"]).median()


def _find_differences(mine: pd.Series[float], other: pd.Series[float]) -> Floats:
    one, two = mine.to_numpy(np.float64), other.to_numpy(np.float64)
    same = np.isclose(one, two, rtol=0, atol=_ROUNDING_S, equal_nan=True)
    return ~same  # type: ignore[no-any-return]
