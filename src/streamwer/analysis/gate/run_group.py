"""One side of a comparison: a system's scored tables, from one run or from several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.stats.quantiles import Integers
from streamwer.metrics.summary import latencies
from streamwer.metrics.tables import Scores, clusters

KINDS = ("hits", "substitutions", "deletions", "insertions")
"""Columns of the word errors; those of the character errors have `char_` before them."""


@dataclass(frozen=True)
class Side:
    """The runs of one system, ordered so that rows of two sides stand for the same thing.

    Args:
        runs: one entry per run, all of the same recordings.
    """

    runs: tuple[Scores, ...]

    @cached_property
    def recordings(self) -> pd.DataFrame:
        """One row per recording and run, sorted by recording."""
        tables = [run.recordings for run in self.runs]
        return pd.concat(tables, ignore_index=True).sort_values("recording", kind="stable")

    @cached_property
    def words(self) -> pd.DataFrame:
        """One row per reference word that has a time, and run, sorted by recording and place."""
        tables = [spoken(run.words) for run in self.runs]
        together = pd.concat(tables, ignore_index=True)
        return together.sort_values(["recording", "index"], kind="stable")

    def by_speaker(self, values: Floats) -> Floats:
        """Sums over the rows of `recordings`, for each speaker in order of name."""
        sums: Floats = np.bincount(self._speakers, values).astype(np.float64)
        return sums

    @cached_property
    def _speakers(self) -> Integers:
        numbers: Integers = pd.factorize(self.recordings["speaker"], sort=True)[0]
        return numbers

    @cached_property
    def late(self) -> pd.DataFrame:
        """The latencies of each word as the report has them, with the number of its speaker."""
        numbers = clusters(self.words["recording"], self.recordings)
        return pd.DataFrame({"speaker": numbers, **latencies(self.words)})

    @cached_property
    def single(self) -> list[Side]:
        """Each run as a side of its own."""
        return [Side((run,)) for run in self.runs]


def side(runs: Sequence[Scores]) -> Side:
    """A side of one run or more."""
    return Side(tuple(runs))


def spoken(words: pd.DataFrame) -> pd.DataFrame:
    """The rows of reference words: those of inserted words have no reference word."""
    return words[words["word"].notna()]


def reference_words(recordings: pd.DataFrame, unit: str = "") -> pd.Series[int]:
    """Reference words of each recording; characters where `unit` is "char_"."""
    return _sums(recordings, [f"{unit}{kind}" for kind in KINDS[:3]])


def errors(recordings: pd.DataFrame, unit: str = "") -> pd.Series[int]:
    """Errors of each recording, in the same unit."""
    return _sums(recordings, [f"{unit}{kind}" for kind in KINDS[1:]])


def _sums(recordings: pd.DataFrame, columns: list[str]) -> pd.Series[int]:
    """Of each row; NaN where a column is missing, which no rule lets pass."""
    return recordings.reindex(columns=columns).sum(axis=1, skipna=False)
