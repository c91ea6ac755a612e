"""The WER differences of all compared systems to one baseline, tested as one family."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from streamwer.config import ScoringConfig
from streamwer.errors import ConfigError, StreamwerError
from streamwer.metrics import bootstrap, mapsswe, significance
from streamwer.metrics.bootstrap import Interval
from streamwer.metrics.resampling import Settings
from streamwer.metrics.tables import Scores


@dataclass(frozen=True)
class Difference(Interval):
    """A system's WER minus the baseline's, with its interval over speakers.

    Attributes:
        p: two-sided, by flipping the signs of the speakers' differences.
        p_holm: the same, adjusted for the number of systems compared.
        p_equivalent: of TOST: small where a difference of `margin` or more is ruled out.
        p_mapsswe: of the cross-check that takes segments, not speakers, for independent; NaN
            for too few segments.
        margin: the smallest difference that matters, in errors per word.
        confidence: of the interval; 1 − confidence is the level of every test.
    """

    p: float
    p_holm: float
    p_equivalent: float
    p_mapsswe: float
    margin: float
    confidence: float

    @property
    def known(self) -> bool:
        """Whether there are blocks enough to say anything."""
        return not math.isnan(self.low)

    @property
    def shown(self) -> bool:
        """Whether a difference is shown: by the adjusted p value and by the interval."""
        return self.p_holm < self._level and not self.low <= 0 <= self.high

    @property
    def ruled_out(self) -> bool:
        """Whether a difference that matters is ruled out."""
        return self.p_equivalent < self._level

    @property
    def disputed(self) -> bool:
        """Whether sign-flipping and MAPSSWE, both unadjusted, come to different answers."""
        if math.isnan(self.p_mapsswe):
            return False
        return (self.p < self._level) != (self.p_mapsswe < self._level)

    @property
    def _level(self) -> float:
        return round(1 - self.confidence, 12)  # 1 − 0.95 is a little above 0.05


def wer_differences(
    systems: Mapping[str, Scores], baseline: str, scoring: ScoringConfig
) -> dict[str, Difference]:
    """Every system against the baseline, by name; empty if the baseline is not among them.

    Raises:
        ConfigError: the smallest difference that matters is none.
        StreamwerError: a system was scored on other words than the baseline.
    """
    if not scoring.smallest_difference > 0:
        raise ConfigError(
            f"scoring.smallest_difference={scoring.smallest_difference} must be above 0: a WER, as"
            " a fraction, below which two systems count as alike"
        )
    others = [name for name in systems if name != baseline]
    if baseline not in systems or not others:
        return {}
    against = word_blocks(systems[baseline].recordings)
    blocks = {name: word_blocks(systems[name].recordings) for name in others}
    for name, mine in blocks.items():
        _check_same(name, mine, baseline, against)
    errors = np.stack([mine["errors"].to_numpy() for mine in blocks.values()])
    base, words = against["errors"].to_numpy(), against["words"].to_numpy()
    settings = settings_of(scoring)
    intervals = bootstrap.differences(errors, base, words, settings)
    p = significance.sign_flip(errors - base, settings)
    adjusted = significance.holm(p)
    equivalent = significance.equivalence(errors - base, words, scoring.smallest_difference)
    checks = _mapsswe([systems[name] for name in (baseline, *others)])
    return {
        name: Difference(
            value=intervals[at].value,
            low=intervals[at].low,
            high=intervals[at].high,
            p=float(p[at]),
            p_holm=float(adjusted[at]),
            p_equivalent=float(equivalent[at]),
            p_mapsswe=checks[at],
            margin=scoring.smallest_difference,
            confidence=scoring.confidence,
        )
        for at, name in enumerate(others)
    }


def settings_of(scoring: ScoringConfig) -> Settings:
    """The settings of every interval."""
    return Settings(scoring.replicates, scoring.seed, scoring.confidence)


def word_blocks(recordings: pd.DataFrame) -> pd.DataFrame:
    """Errors and words of each block, in order of its name: a speaker, else a recording."""
    errors = recordings["substitutions"] + recordings["deletions"] + recordings["insertions"]
    words = recordings["hits"] + recordings["substitutions"] + recordings["deletions"]
    counts = pd.DataFrame({"speaker": recordings["speaker"], "errors": errors, "words": words})
    return counts.groupby("speaker").sum().astype(float)


def _check_same(name: str, mine: pd.DataFrame, baseline: str, against: pd.DataFrame) -> None:
    if not mine["words"].equals(against["words"]):
        raise StreamwerError(
            f"{name} and {baseline} were scored on different words, so their WERs cannot be"
            " compared; score both again on one data set with one normaliser"
        )


def _mapsswe(systems: Sequence[Scores]) -> list[float]:
    """The p value of each system but the first, which is the baseline."""
    (recording, base), *others = [
        mapsswe.word_errors(each.recordings, each.words) for each in systems
    ]
    return [mapsswe.p_value(mapsswe.segments(errors, base, recording)) for _, errors in others]
