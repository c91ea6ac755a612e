"""Nominal 95 % intervals hold the truth in 93 to 97 % of simulated comparisons."""

from __future__ import annotations

import numpy as np
import pytest

from streamwer.metrics.bootstrap import differences

TRUTH = 0.01  # one system makes a point more errors than the other, for the mean speaker
ALONE = 0.06  # share of the words that the better system has wrong and the other has right
SIMULATIONS = 4000  # the share that is covered has a standard error of 0.35 points


@pytest.mark.parametrize("spread", [0.0, 0.01, 0.02])
@pytest.mark.parametrize(("speakers", "utterances"), [(40, 25), (10, 100), (5, 200)])
def test_intervals_cover_the_truth_as_often_as_they_say(
    speakers: int, utterances: int, spread: float
) -> None:
    """Each simulation is one more system on the same words; `spread` is between speakers."""
    rng = np.random.default_rng(1)
    words = rng.integers(5, 36, (speakers, utterances)).sum(axis=1)
    shape = (SIMULATIONS, speakers)
    delta = rng.normal(TRUTH, spread, shape).clip(-ALONE, ALONE)
    errors = rng.binomial(words, ALONE + delta).astype(float)
    baseline = rng.binomial(words, ALONE, shape)
    found = differences(
        errors - baseline, np.zeros(speakers), words.astype(float), Settings(1000, 1, 0.95)
    )
    covered = np.mean([each.low <= TRUTH <= each.high for each in found])
    assert 0.93 <= covered <= 0.97
