"""Differences in WER to one baseline, with intervals that hold at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from streamwer.config.scoring import ScoringConfig
from streamwer.errors import ConfigError, StreamwerError
from streamwer.metrics.error_rate import sum_errors, sum_reference_units
from streamwer.metrics.stats import ratios
from streamwer.metrics.stats.intervals import Interval, adjust_confidence
from streamwer.metrics.tables import Scores

_MIN_ROOM = 1e-3
_MAX_BLOCKS = 10**6
"""More than anybody will record: the difference is as good as none, or as the margin."""


@dataclass(frozen=True)
class Difference(Interval):
    """A system's WER minus the baseline's, with its interval over speakers.

    The interval is also the test: a difference is shown where 0 is outside, and none that matters
    is left where all of it is within ±margin.

    Attributes:
        margin: the smallest difference that matters, in errors per word.
        confidence: with which this and the intervals of all other systems compared hold.
        blocks: how many speakers, or recordings, it rests on.
        family: how many intervals hold together.
    """

    margin: float
    confidence: float
    blocks: int
    family: int = 1

    @property
    def rules_out_difference(self) -> bool:
        """Tell whether a difference that matters is ruled out, either way."""
        return self.is_known and max(-self.low, self.high) < self.margin

    @property
    def finding(self) -> str:
        """Say in a few words what the interval shows."""
        if not self.is_known:
            return "not known"
        if self.excludes_zero:
            more = "more errors" if self.value > 0 else "fewer errors"
            return f"{more}, too few to matter" if self.rules_out_difference else more
        return "none that matters" if self.rules_out_difference else "not decided"

    @property
    def more_blocks(self) -> int:
        """Estimate how many more speakers at this spread would decide.

        0 where it is decided; an interval shortens with the root of their number.
        """
        if not self.is_known or self.excludes_zero or self.rules_out_difference:
            return 0
        toward_0 = self.value - self.low if self.value > 0 else self.high - self.value
        outward = self.high - self.value if self.value > 0 else self.value - self.low
        left = self.margin - abs(self.value)
        ways = [
            (reach / room) ** 2
            for reach, room in ((toward_0, abs(self.value)), (outward, left))
            if room > _MIN_ROOM * reach
        ]
        return math.ceil(self.blocks * (min(ways) - 1)) if ways else _MAX_BLOCKS


def compare_wer(
    systems: Mapping[str, Scores], baseline: str, scoring: ScoringConfig, family: int = 0
) -> dict[str, Difference]:
    """Compare every system with the baseline; empty if the baseline is not among them.

    Args:
        systems: by name, all of the same recordings.
        baseline: the name of the one that the others are compared with.
        scoring: of the intervals.
        family: how many intervals are to hold together; 0 for these alone.

    Raises:
        ConfigError: the smallest difference that matters is none.
        StreamwerError: a system was scored on other words than the baseline.
    """
    if not scoring.smallest_difference > 0:
        raise ConfigError(
            f"scoring.smallest_difference={scoring.smallest_difference} must be above 0: a WER, as"
            " a fraction, below which two systems count as alike"
        )
    names = [name for name in systems if name != baseline]
    if baseline not in systems or not names:
        return {}
    against = count_by_speaker(systems[baseline].recordings)
    blocks = {name: count_by_speaker(systems[name].recordings) for name in names}
    for name, block in blocks.items():
        _check_same_words(name, block, baseline, against)
    errors = np.stack([block["errors"].to_numpy() for block in blocks.values()])
    base, words = against["errors"].to_numpy(), against["words"].to_numpy()
    family = family or len(names)
    each = adjust_confidence(scoring.confidence, family)
    found = (ratios.compare_rates(block, base, words, each) for block in errors)
    margin = scoring.smallest_difference
    return {
        name: Difference(
            each.value, each.low, each.high, margin, scoring.confidence, len(words), family
        )
        for name, each in zip(names, found, strict=True)
    }


def estimate_wer(recordings: pd.DataFrame, scoring: ScoringConfig) -> Interval:
    """Estimate the WER of a recordings table with its interval over speakers."""
    blocks = count_by_speaker(recordings)
    errors, words = blocks["errors"].to_numpy(), blocks["words"].to_numpy()
    return ratios.estimate_rate(errors, words, scoring.confidence)


def count_by_speaker(recordings: pd.DataFrame) -> pd.DataFrame:
    """Sum errors and words by speaker, or by recording without one, in order of their names."""
    errors, words = sum_errors(recordings), sum_reference_units(recordings)
    counts = pd.DataFrame({"speaker": recordings["speaker"], "errors": errors, "words": words})
    return counts.groupby("speaker").sum().astype(float)


def _check_same_words(name: str, block: pd.DataFrame, baseline: str, against: pd.DataFrame) -> None:
    if not block["words"].equals(against["words"]):
        raise StreamwerError(
            f"{name} and {baseline} were scored on different words, so their WERs cannot be"
            " compared; score both again on one data set with one normaliser"
        )
