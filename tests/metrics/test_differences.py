"""The family of WER differences: who is compared, on what, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from streamwer.config import ScoringConfig
from streamwer.errors import ConfigError, StreamwerError
from streamwer.metrics import Difference, Scores, normaliser, score, wer_differences
from streamwer.metrics.significance import holm
from tests.reports.synthetic import MANNERS, log, references

SCORING = ScoringConfig(normaliser="basic", replicates=500)
SPOKEN = references(count=24, words=30)


@pytest.fixture(scope="module")
def systems() -> dict[str, Scores]:
    words = normaliser("basic")
    return {name: score(SPOKEN, log(SPOKEN, each), words) for name, each in MANNERS.items()}


def test_every_system_but_the_baseline_has_a_difference(systems: dict[str, Scores]) -> None:
    found = wer_differences(systems, "offline", SCORING)
    assert list(found) == ["prompted_buffer", "local_agreement"]
    assert wer_differences(systems, "another", SCORING) == {}
    assert wer_differences({"offline": systems["offline"]}, "offline", SCORING) == {}


def test_the_difference_is_that_of_the_pooled_rates(systems: dict[str, Scores]) -> None:
    found = wer_differences(systems, "offline", SCORING)["prompted_buffer"]
    kinds = ["substitutions", "deletions", "insertions"]
    errors = {name: each.recordings[kinds].to_numpy().sum() for name, each in systems.items()}
    excess = errors["prompted_buffer"] - errors["offline"]
    assert found.value == pytest.approx(excess / (24 * 30))
    assert found.low < found.value < found.high


def test_p_values_are_adjusted_among_the_systems(systems: dict[str, Scores]) -> None:
    found = list(wer_differences(systems, "offline", SCORING).values())
    assert [each.p_holm for each in found] == list(holm(np.array([each.p for each in found])))


def test_a_system_against_itself_is_exactly_alike(systems: dict[str, Scores]) -> None:
    twins = {"offline": systems["offline"], "twin": systems["offline"]}
    found = wer_differences(twins, "offline", SCORING)["twin"]
    assert (found.value, found.low, found.high) == (0, 0, 0)
    assert (found.p, found.p_holm, found.p_mapsswe) == (1, 1, 1)
    assert found.ruled_out
    assert not found.shown


def test_the_order_of_recordings_changes_nothing(systems: dict[str, Scores]) -> None:
    mixed = {
        name: replace(each, recordings=each.recordings.sample(frac=1, random_state=seed))
        for seed, (name, each) in enumerate(systems.items())
    }
    assert wer_differences(mixed, "offline", SCORING) == wer_differences(
        systems, "offline", SCORING
    )


def test_systems_scored_on_other_words_are_not_compared(systems: dict[str, Scores]) -> None:
    fewer = replace(systems["local_agreement"], recordings=systems["offline"].recordings[1:])
    with pytest.raises(StreamwerError, match=r"different words.*score both again"):
        wer_differences({**systems, "local_agreement": fewer}, "offline", SCORING)


def test_a_smallest_difference_of_nothing_is_refused(systems: dict[str, Scores]) -> None:
    none = replace(SCORING, smallest_difference=0.0)
    with pytest.raises(ConfigError, match=r"scoring\.smallest_difference=0\.0 must be above 0"):
        wer_differences(systems, "offline", none)


def test_the_level_itself_is_not_below_the_level() -> None:
    at = Difference(0.1, 0.05, 0.2, 0.05, 0.05, 1.0, math.nan, 0.005, 0.95)
    assert not at.shown
    assert replace(at, p_holm=0.0499).shown
    assert not at.disputed
    assert replace(at, p_mapsswe=0.0499).disputed
