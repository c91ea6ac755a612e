"""Runs of one system that a gate compares as a group: their scored tables together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from streamwer.metrics.latency import measure_latencies
from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.stats.quantiles import Integers
from streamwer.metrics.tables import Scores, number_speakers


@dataclass(frozen=True)
class RunGroup:
    """The runs of one system on the same recordings, sorted so that rows of groups correspond."""

    runs: tuple[Scores, ...]

    @cached_property
    def recordings(self) -> pd.DataFrame:
        """One row per recording and run, sorted by recording."""
        tables = [run.recordings for run in self.runs]
        return pd.concat(tables, ignore_index=True).sort_values("recording", kind="stable")

    @cached_property
    def words(self) -> pd.DataFrame:
        """One row per reference word that has a time, and run, sorted by recording and place."""
        tables = [select_reference_words(run.words) for run in self.runs]
        together = pd.concat(tables, ignore_index=True)
        return together.sort_values(["recording", "index"], kind="stable")

    def sum_by_speaker(self, values: Floats) -> Floats:
        """Sum values over the rows of `recordings` for each speaker, in order of name."""
        sums: Floats = np.bincount(self._speakers, values).astype(np.float64)
        return sums

    @cached_property
    def _speakers(self) -> Integers:
        numbers: Integers = pd.factorize(self.recordings["speaker"], sort=True)[0]
        return numbers

    @cached_property
    def latencies(self) -> pd.DataFrame:
        """The latencies of each word as in the report, with the number of its speaker."""
        numbers = number_speakers(self.words["recording"], self.recordings)
        return pd.DataFrame({"speaker": numbers, **measure_latencies(self.words)})

    @cached_property
    def single_runs(self) -> list[RunGroup]:
        """Each run as a group of its own."""
        return [RunGroup((run,)) for run in self.runs]


def select_reference_words(words: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a reference word: those of inserted words have none."""
    return words[words["word"].notna()]
