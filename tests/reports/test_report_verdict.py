from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from streamwer.metrics import Interval, Quantile
from streamwer.reports import Comparison, verdict
from tests.reports.test_report_files import changed


def spoken(comparison: Comparison) -> list[str]:
    return [s.system + s.text.replace("\u00a0", " ") for s in verdict.sentences(comparison)]


def of_agreement(comparison: Comparison, **figures: Any) -> str:
    """The verdict on local_agreement, some of its figures replaced."""
    offline, buffer, agreement = comparison.systems
    ordered = changed(replace(comparison, systems=(agreement, offline, buffer)), **figures)
    return spoken(ordered)[0]


def late(seconds: float | None) -> dict[str, Quantile]:
    return {name: Quantile(seconds, seconds, seconds) for name in ("p50", "p95", "p99")}


@pytest.mark.parametrize(
    ("delta", "said"),
    [
        (
            Interval(0.019, 0.008, 0.031),
            ", at 1.9 points more WER than offline (95 % interval +0.8 to +3.1).",
        ),
        (
            Interval(-0.019, -0.031, -0.008),
            ", at 1.9 points less WER than offline (95 % interval −3.1 to −0.8).",
        ),
        (
            Interval(0.004, -0.008, 0.018),
            "; no difference in WER to offline is shown (95 % interval −0.8 to +1.8 points).",
        ),
        (
            Interval(0.01, 0.0, 0.02),
            "; no difference in WER to offline is shown (95 % interval 0.0 to +2.0 points).",
        ),
        (
            Interval(0.0004, 0.0002, 0.0006),
            ", at less than 0.1 points more WER than offline (95 % interval 0.0 to +0.1).",
        ),
    ],
)
def test_a_difference_is_claimed_only_where_it_is_shown(
    measured: Comparison, delta: Interval, said: str
) -> None:
    sentence = of_agreement(measured, delta_wer=delta, shown_latency=late(2.14))
    start = "local_agreement shows half of the words within 2.1 s of being spoken"
    assert sentence == start + said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "has too few timed words to say how late they are"),
        (math.inf, "never shows half of the words"),
        (-0.2, "shows half of the words before they end"),
        (0.44, "shows half of the words within 0.4 s of being spoken"),
    ],
)
def test_lateness_in_words(measured: Comparison, seconds: float | None, said: str) -> None:
    sentence = of_agreement(measured, shown_latency=late(seconds))
    assert sentence.startswith(f"local_agreement {said}")


def test_the_baseline_comes_last_and_says_that_it_waits(measured: Comparison) -> None:
    sentences = spoken(measured)
    assert len(sentences) == 3
    assert sentences[-1].startswith("offline, the baseline, waits for the end of each call and")


def test_what_cannot_keep_up_is_said_so(measured: Comparison, unaware: Comparison) -> None:
    for comparison, times in ((measured, 1), (unaware, 0)):
        slow = replace(comparison.systems[0].summary.cost, rtf=1.586)
        said = " ".join(spoken(changed(comparison, cost=slow)))
        assert said.count("cannot keep up with live audio here: 1.59 s of compute") == times


def test_failures_are_in_the_verdict(failing: Comparison) -> None:
    assert spoken(failing)[-1] == (
        "prompted_buffer failed on 2 of 36 recordings:"
        " their words count as deleted and as never shown."
    )


def test_a_clock_without_compute_is_said_so(unaware: Comparison) -> None:
    assert "Compute counts as no time" in spoken(unaware)[-1]


def test_without_a_baseline_wer_stands_for_itself(measured: Comparison) -> None:
    alone = changed(replace(measured, baseline=""), delta_wer=None)
    assert ", at 3.9 % WER (95 % interval" in spoken(alone)[0]


def test_without_reference_words_nothing_is_claimed(measured: Comparison) -> None:
    unknown = Interval(math.nan, math.nan, math.nan)
    assert "not known" in of_agreement(measured, wer=unknown, delta_wer=unknown)


def test_titles(measured: Comparison) -> None:
    first, *others = measured.systems
    assert verdict.title(measured) == "calls: prompted_buffer and local_agreement against offline"
    only = replace(measured, systems=(first,))
    assert verdict.title(only) == "calls: 1\u00a0system compared"
    without = replace(measured, systems=tuple(others), baseline="")
    assert verdict.title(without) == "calls: prompted_buffer and local_agreement"
    many = replace(measured, systems=(first, *others, *others))
    assert verdict.title(many) == "calls: 5\u00a0systems compared"
