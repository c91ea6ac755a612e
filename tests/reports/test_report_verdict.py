from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from streamwer.metrics import Difference, Interval, Quantile
from streamwer.reports import Comparison, Unused, html, markdown, notes, verdict
from tests.reports import synthetic
from tests.reports.test_report_files import changed


def spoken(comparison: Comparison) -> list[str]:
    said = [*verdict.sentences(comparison), *verdict.banners(comparison)]
    return [s.system + s.text.replace("\u00a0", " ") for s in said]


def of_agreement(comparison: Comparison, **figures: Any) -> str:
    """The verdict on local_agreement, some of its figures replaced."""
    offline, buffer, agreement = comparison.systems
    ordered = changed(replace(comparison, systems=(agreement, offline, buffer)), **figures)
    return spoken(ordered)[0]


def differing(
    value: float,
    low: float,
    high: float,
    p: float,
    equivalent: float = 1.0,
    check: float = math.nan,
) -> Difference:
    """A difference with this interval, found at the 5 % level."""
    return Difference(
        value,
        low,
        high,
        p=p,
        p_holm=p,
        p_equivalent=equivalent,
        p_mapsswe=check,
        margin=0.005,
        confidence=0.95,
    )


def late(seconds: float | None) -> dict[str, Quantile]:
    return {name: Quantile(seconds, seconds, seconds) for name in ("p50", "p95", "p99")}


@pytest.mark.parametrize(
    ("delta", "said"),
    [
        (
            differing(0.019, 0.008, 0.031, 0.002),
            ", at 1.9 points more WER than offline (95 % interval +0.8 to +3.1, p = 0.002).",
        ),
        (
            differing(-0.019, -0.031, -0.008, 0.0001),
            ", at 1.9 points less WER than offline (95 % interval −3.1 to −0.8, p < 0.001).",
        ),
        (
            differing(0.004, -0.008, 0.018, 0.412),
            "; no difference in WER to offline is shown (95 % interval −0.8 to +1.8, p = 0.41).",
        ),
        (  # adjusted for the number of systems, it is not shown
            differing(0.01, 0.001, 0.02, 0.09),
            "; no difference in WER to offline is shown (95 % interval +0.1 to +2.0, p = 0.090).",
        ),
        (  # the test and the interval disagree
            differing(0.01, 0.0, 0.02, 0.04),
            "; no difference in WER to offline is shown (95 % interval 0.0 to +2.0, p = 0.040).",
        ),
        (
            differing(0.001, -0.001, 0.003, 0.412, equivalent=0.01),
            "; no difference in WER to offline is shown, and one of 0.5 points or more is ruled out"
            " (95 % interval −0.1 to +0.3, p = 0.41).",
        ),
        (
            differing(0.0004, 0.0002, 0.0006, 0.01),
            ", at less than 0.1 points more WER than offline (95 % interval 0.0 to +0.1,"
            " p = 0.010).",
        ),
    ],
)
def test_a_difference_is_claimed_only_where_it_is_shown(
    measured: Comparison, delta: Difference, said: str
) -> None:
    sentence = of_agreement(measured, delta_wer=delta, shown_latency=late(2.14))
    start = "local_agreement shows half of the words within 2.1 s of being spoken"
    assert sentence == start + said


def test_where_no_word_has_a_time_it_is_not_that_there_are_too_few() -> None:
    calls = [replace(call, words=()) for call in synthetic.references(count=2)]
    untimed = synthetic.compare(spoken=calls)
    assert spoken(untimed)[0].startswith("prompted_buffer has no word latencies")
    page, table = html.render(untimed), markdown.render(untimed)
    assert all("alignment=forced finds word times" in text for text in (page, table))
    assert "half of the words are final within</sub> | – | – | – |" in table
    assert "curves-title" not in page
    assert "lag-title" not in page


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
    delta = differing(math.nan, math.nan, math.nan, 1.0)
    assert "not known" in of_agreement(measured, wer=unknown, delta_wer=delta)
    assert verdict.difference(delta) == "not known"


@pytest.mark.parametrize(
    ("delta", "shown", "said"),
    [
        (differing(0.02, 0.01, 0.03, 0.01), "**+2.0**", "more errors, p = 0.010"),
        (differing(0.02, 0.01, 0.03, 0.06), " +2.0<", "no difference shown, p = 0.060"),
        (
            differing(0.0, -0.001, 0.001, 1.0, 0.001),
            " 0.0<",
            "no difference that matters, p = 1.00",
        ),
    ],
)
def test_only_a_difference_that_is_shown_stands_out(
    measured: Comparison, delta: Difference, shown: str, said: str
) -> None:
    text = markdown.render(changed(measured, delta_wer=delta)).replace("\u00a0", " ")
    (row,) = (line for line in text.splitlines() if line.startswith("| **ΔWER"))
    cell = row.split("|")[2]
    assert shown in cell
    assert said in cell
    page = html.render(changed(measured, delta_wer=delta))
    others = html.render(changed(measured, delta_wer=None)).count('class="value shown"')
    assert page.count('class="value shown"') == others + delta.shown


def test_tests_that_disagree_are_reported(measured: Comparison) -> None:
    delta = differing(0.01, -0.001, 0.02, 0.08, check=0.003)
    limits = [
        each for each in notes.limits(changed(measured, delta_wer=delta)) if "MAPSSWE" in each
    ]
    assert len(limits) == 1
    assert "the ΔWER of offline: by speakers p\u00a0=\u00a00.080" in limits[0]
    agreeing = changed(measured, delta_wer=differing(0.01, -0.001, 0.02, 0.08, check=0.2))
    assert not [each for each in notes.limits(agreeing) if "MAPSSWE" in each]


def test_titles(measured: Comparison) -> None:
    first, *others = measured.systems
    assert verdict.title(measured) == "calls: prompted_buffer and local_agreement against offline"
    only = replace(measured, systems=(first,))
    assert verdict.title(only) == "calls: 1\u00a0system compared"
    without = replace(measured, systems=tuple(others), baseline="")
    assert verdict.title(without) == "calls: prompted_buffer and local_agreement"
    many = replace(measured, systems=(first, *others, *others))
    assert verdict.title(many) == "calls: 5\u00a0systems compared"


def refused(comparison: Comparison, **reasons: tuple[str, ...]) -> Comparison:
    """The last system is not comparable with the baseline, for these reasons."""
    *others, last = comparison.systems
    summary = replace(last.summary, delta_wer=None) if reasons["wer"] else last.summary
    system = replace(last, summary=summary, incomparable=reasons)
    return replace(comparison, systems=(*others, system))


def test_what_was_scored_in_another_way_is_not_compared(measured: Comparison) -> None:
    why = ("normaliser: none@1 against basic@1",)
    other = refused(measured, wer=why, latency=(*why, "clock: unaware against measured"))
    assert spoken(other)[-1] == (
        "local_agreement is not comparable with offline in WER or latency"
        " (normaliser: none@1 against basic@1)."
    )
    assert not any("local_agreement" in said and " WER than " in said for said in spoken(other))
    table = markdown.render(other)
    (delta,) = (line for line in table.splitlines() if "ΔWER" in line and line.startswith("|"))
    assert delta.endswith("| –<br><sub>not comparable</sub> |")
    assert "–<br><sub>baseline</sub>" in delta
    assert "is not comparable with offline" in html.render(other)


def test_under_another_clock_only_latency_is_not_compared(measured: Comparison) -> None:
    other = refused(measured, wer=(), latency=("clock: unaware against measured",))
    assert spoken(other)[-1] == (
        "local_agreement is not comparable with offline in latency (clock: unaware against"
        " measured)."
    )
    assert "not comparable</sub>" not in markdown.render(other)


def test_rows_that_are_in_no_figure_are_among_the_limits(measured: Comparison) -> None:
    reasons = tuple((f"line {number}", "the transcript is empty") for number in range(5))
    without = replace(measured, unused=Unused(40))
    assert not [each for each in notes.limits(without) if "could not be used" in each]
    missing = replace(measured, unused=Unused(40, reasons))
    (told,) = notes.unused(missing)
    assert told.startswith("5 of 40\N{NO-BREAK SPACE}rows of the data set could not be used")
    assert told.endswith("line 2: the transcript is empty; and 2 more, in rows.json).")
    assert told in notes.limits(missing)
    assert "5 of 40" in markdown.render(missing)
    noted = replace(measured, unused=Unused(40, notes=reasons[:1]))
    assert list(notes.unused(noted)) == [
        "1 of 40\N{NO-BREAK SPACE}rows of the data set cannot be scored in full (line 0: the"
        " transcript is empty)."
    ]


def test_made_up_word_times_are_among_the_limits(measured: Comparison) -> None:
    spread = changed(measured, machine={"word_times": "spread over the window by characters"})
    (told,) = (each for each in notes.limits(spread) if "no word times: they were" in each)
    assert told.startswith("The server behind offline gave no word times: they were spread over")
    given = changed(measured, machine={"word_times": "from the server"})
    assert not [each for each in notes.limits(given) if "The server behind" in each]


def test_a_system_timed_on_a_busy_machine_says_so_at_its_costs(measured: Comparison) -> None:
    busy = changed(measured, machine={"contended": "True", "waited_share": "0.24"})
    (told,) = notes.busy(busy)
    assert told.startswith(
        "offline was timed while the machine was busy: it waited for a core 24 %"
    )
    assert told in html.render(busy)
    assert told in markdown.render(busy)
    assert "share of the time" in html.render(busy)
    idle = changed(measured, machine={"contended": "False", "waited_share": "0.01"})
    assert notes.busy(idle) == notes.busy(measured) == []
