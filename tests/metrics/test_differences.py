"""The family of WER differences: who is compared, on what, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from streamwer.config.scoring import ScoringConfig
from streamwer.errors import ConfigError, StreamwerError
from streamwer.metrics.differences import Difference, compare_wer
from streamwer.metrics.tables import Scores, score
from streamwer.text.normalise import get_normaliser
from tests.reports.synthetic import MANNERS, log, references

SCORING = ScoringConfig(normaliser="basic")
SPOKEN = references(count=24, words=30)


@pytest.fixture(scope="module")
def systems() -> dict[str, Scores]:
    words = get_normaliser("basic")
    return {name: score(SPOKEN, log(SPOKEN, each), words) for name, each in MANNERS.items()}


def test_every_system_but_the_baseline_has_a_difference(systems: dict[str, Scores]) -> None:
    found = compare_wer(systems, "offline", SCORING)
    assert list(found) == ["prompted_buffer", "local_agreement"]
    assert compare_wer(systems, "another", SCORING) == {}
    assert compare_wer({"offline": systems["offline"]}, "offline", SCORING) == {}


def test_the_difference_is_that_of_the_pooled_rates(systems: dict[str, Scores]) -> None:
    found = compare_wer(systems, "offline", SCORING)["prompted_buffer"]
    kinds = ["substitutions", "deletions", "insertions"]
    errors = {name: each.recordings[kinds].to_numpy().sum() for name, each in systems.items()}
    excess = errors["prompted_buffer"] - errors["offline"]
    assert found.value == pytest.approx(excess / (24 * 30))
    assert found.low < found.value < found.high


def test_the_more_systems_the_surer_each_interval(systems: dict[str, Scores]) -> None:
    together = compare_wer(systems, "offline", SCORING)
    for name in together:
        pair = {each: systems[each] for each in ("offline", name)}
        alone = compare_wer(pair, "offline", SCORING)[name]
        assert together[name].low < alone.low <= alone.high < together[name].high
        assert compare_wer(pair, "offline", SCORING, family=2)[name] == together[name]


def test_a_system_against_itself_is_alike_as_far_as_so_many_words_tell(
    systems: dict[str, Scores],
) -> None:
    twins = {"offline": systems["offline"], "twin": systems["offline"]}
    found = compare_wer(twins, "offline", SCORING)["twin"]
    assert found.value == 0
    assert found.high == -found.low == pytest.approx(1 - 0.025 ** (1 / (24 * 30)))
    assert not found.rules_out_difference  # 0.51 points of 0.5
    assert found.finding == "not decided"
    assert compare_wer(twins, "offline", replace(SCORING, smallest_difference=0.006))[
        "twin"
    ].rules_out_difference


def test_the_order_of_recordings_changes_nothing(systems: dict[str, Scores]) -> None:
    mixed = {
        name: replace(each, recordings=each.recordings.sample(frac=1, random_state=seed))
        for seed, (name, each) in enumerate(systems.items())
    }
    assert compare_wer(mixed, "offline", SCORING) == compare_wer(systems, "offline", SCORING)


def test_systems_scored_on_other_words_are_not_compared(systems: dict[str, Scores]) -> None:
    fewer = replace(systems["local_agreement"], recordings=systems["offline"].recordings[1:])
    with pytest.raises(StreamwerError, match=r"different words.*score both again"):
        compare_wer({**systems, "local_agreement": fewer}, "offline", SCORING)


def test_a_smallest_difference_of_nothing_is_refused(systems: dict[str, Scores]) -> None:
    none = replace(SCORING, smallest_difference=0.0)
    with pytest.raises(ConfigError, match=r"scoring\.smallest_difference=0\.0 must be above 0"):
        compare_wer(systems, "offline", none)


def make_difference(value: float, low: float, high: float, blocks: int = 20) -> Difference:
    return Difference(value, low, high, margin=0.005, confidence=0.95, blocks=blocks)


@pytest.mark.parametrize(
    ("delta", "finding"),
    [
        (make_difference(0.019, 0.008, 0.031), "more errors"),
        (make_difference(-0.019, -0.031, -0.008), "fewer errors"),
        (make_difference(0.01, 0.0, 0.02), "not decided"),
        (make_difference(0.001, -0.001, 0.003), "none that matters"),
        (make_difference(0.002, 0.001, 0.004), "more errors, too few to matter"),
        (make_difference(0.001, math.nan, math.nan), "not known"),
    ],
)
def test_the_interval_is_the_decision(delta: Difference, finding: str) -> None:
    assert delta.finding == finding


def test_what_would_decide_is_what_shortens_the_interval_to_0_or_into_the_margin() -> None:
    assert (
        make_difference(0.01, -0.01, 0.03).more_blocks == 60
    )  # half as long: four times the speakers
    assert make_difference(0.0, -0.01, 0.01).more_blocks == 60
    assert make_difference(0.01, 0.001, 0.019).more_blocks == 0
    assert make_difference(0.005, -0.02, 0.03).more_blocks == 480
    assert make_difference(0.001, math.nan, math.nan).more_blocks == 0
