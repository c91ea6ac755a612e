from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.metrics.differences import Difference
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.word_errors import WordErrors
from streamwer.reports import html, markdown, notes, verdict, wording
from streamwer.reports.comparison import Comparison, UnusedRows
from tests.reports import synthetic
from tests.reports.test_files import changed


def spoken(comparison: Comparison) -> list[str]:
    said = [*verdict.describe_verdict(comparison), *verdict.list_warnings(comparison)]
    return [s.system + s.text.replace("\u00a0", " ") for s in said]


def of_agreement(comparison: Comparison, **figures: Any) -> str:
    """The verdict on local_agreement, some of its figures replaced."""
    offline, buffer, agreement = comparison.systems
    ordered = changed(replace(comparison, systems=(agreement, offline, buffer)), **figures)
    return spoken(ordered)[0]


def differing(value: float, low: float, high: float, family: int = 1) -> Difference:
    return Difference(value, low, high, 0.005, 0.95, blocks=20, family=family)


def late(seconds: float | None) -> dict[str, Quantile]:
    return {name: Quantile(seconds, seconds, seconds) for name in ("p50", "p95", "p99")}


@pytest.mark.parametrize(
    ("delta", "said"),
    [
        (
            differing(0.019, 0.008, 0.031, family=2),
            "1.9 points more errors than offline (simultaneous 95 % interval +0.8 to +3.1 points)",
        ),
        (
            differing(-0.019, -0.031, -0.008),
            "1.9 points fewer errors than offline (95 % interval −3.1 to −0.8 points)",
        ),
        (
            differing(0.01, -0.01, 0.03),
            "whether it makes more or fewer errors than offline is not decided (95 % interval −1.0"
            " to +3.0 points; about 60 more speakers at this spread would decide it)",
        ),
        (
            differing(0.0, -0.9, 0.9),
            "whether it makes more or fewer errors than offline is not decided (95 % interval −90.0"
            " to +90.0 points; no realistic number of speakers would decide it)",
        ),
        (
            differing(0.001, -0.001, 0.003),
            "no difference in errors to offline that matters: a difference of 0.5 points or more is"
            " ruled out (95 % interval −0.1 to +0.3 points)",
        ),
        (  # as printed with one decimal, its end would be 0
            differing(0.0004, 0.0002, 0.0006),
            "less than 0.1 points more errors than offline (95 % interval +0.02 to +0.06 points; a"
            " difference of 0.5 points or more is ruled out)",
        ),
    ],
)
def test_a_difference_is_claimed_only_where_it_is_shown(
    measured: Comparison, delta: Difference, said: str
) -> None:
    sentence = of_agreement(measured, delta_wer=delta, shown_latency=late(2.14))
    start = "local_agreement shows half of the words within 2.1 s of being spoken"
    assert sentence == f"{start}; {said}."


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
        (None, "has too few timed words for a latency"),
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
    assert "Compute time is not counted" in spoken(unaware)[-1]


def test_without_a_baseline_wer_stands_for_itself(measured: Comparison) -> None:
    alone = changed(replace(measured, baseline=""), delta_wer=None)
    assert ", at 3.9 % WER (95 % interval" in spoken(alone)[0]


def test_without_reference_words_nothing_is_claimed(measured: Comparison) -> None:
    unknown = Interval(math.nan, math.nan, math.nan)
    delta = differing(math.nan, math.nan, math.nan)
    assert "an unknown WER" in of_agreement(measured, wer=unknown, delta_wer=delta)
    assert delta.finding == "not known"


@pytest.mark.parametrize(
    ("delta", "shown", "said"),
    [
        (differing(0.02, 0.01, 0.03), "**+2.0**", "more errors"),
        (differing(0.02, -0.01, 0.05), " +2.0<", "not decided"),
        (differing(0.0, -0.001, 0.001), " 0.0<", "none that matters"),
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
    assert page.count('class="value shown"') == others + delta.excludes_zero


def test_no_errors_are_a_bound_and_not_a_certainty(measured: Comparison) -> None:
    none = changed(
        measured, errors=WordErrors(hits=70), wer=Interval(0.0, 0.0, 0.0513), delta_wer=None
    )
    assert "has no errors in 70 words: WER at most 5.1 %" in " ".join(spoken(none))


def test_where_no_speaker_is_named_the_intervals_say_so(measured: Comparison) -> None:
    said = "names no speaker, so recordings count as independent"
    assert not [each for each in notes.list_limits(measured) if said in each]
    calls = [replace(call, speaker="") for call in synthetic.references(count=4)]
    unnamed = synthetic.compare(spoken=calls)
    assert [each for each in notes.list_limits(unnamed) if said in each]
    assert "from leaving out each of 4\N{NO-BREAK SPACE}recordings" in notes.describe_intervals(
        unnamed
    )


SIGNS = {"more errors": 1, "fewer errors": -1}


@given(st.floats(-0.2, 0.2), st.floats(0, 0.2), st.floats(0, 0.2), st.integers(1, 9))
def test_no_sentence_contradicts_the_interval_beside_it(
    value: float, below: float, above: float, family: int
) -> None:
    """Read as a reader does: the words, and the two numbers that are printed."""
    delta = differing(value, value - below, value + above, family)
    text = wording.describe_difference(delta, "", "95 %", "speaker").replace("−", "-")
    low, high = map(float, re.findall(r"interval (\S+) to (\S+) points", text)[0])
    way = next((sign for words, sign in SIGNS.items() if f"points {words}" in text), 0)
    near = min(abs(abs(end) - at) for end in (delta.low, delta.high) for at in (0, 0.005)) < 1e-5
    assert bool(way) == (delta.finding.split(",")[0] in SIGNS)
    assert near or way == (low > 0) - (high < 0)
    assert near or ("is ruled out" in text) == (-0.5 < low <= high < 0.5)
    assert ("not decided" in text) == ("would decide it" in text)


def test_titles(measured: Comparison) -> None:
    first, *others = measured.systems
    assert (
        verdict.make_title(measured) == "calls: prompted_buffer and local_agreement against offline"
    )
    only = replace(measured, systems=(first,))
    assert verdict.make_title(only) == "calls: 1\u00a0system compared"
    without = replace(measured, systems=tuple(others), baseline="")
    assert verdict.make_title(without) == "calls: prompted_buffer and local_agreement"
    many = replace(measured, systems=(first, *others, *others))
    assert verdict.make_title(many) == "calls: 5\u00a0systems compared"


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
    without = replace(measured, unused=UnusedRows(40))
    assert not [each for each in notes.list_limits(without) if "could not be used" in each]
    missing = replace(measured, unused=UnusedRows(40, reasons))
    (told,) = notes.describe_unused_rows(missing)
    assert told.startswith("5 of 40\N{NO-BREAK SPACE}rows of the data set could not be used")
    assert told.endswith("line 2: the transcript is empty; and 2 more, in rows.json).")
    assert told in notes.list_limits(missing)
    assert "5 of 40" in markdown.render(missing)
    noted = replace(measured, unused=UnusedRows(40, notes=reasons[:1]))
    assert list(notes.describe_unused_rows(noted)) == [
        "1 of 40\N{NO-BREAK SPACE}rows of the data set cannot be scored in full (line 0: the"
        " transcript is empty)."
    ]


def test_made_up_word_times_are_among_the_limits(measured: Comparison) -> None:
    spread = changed(measured, machine={"word_times": "spread over the window by characters"})
    (told,) = (each for each in notes.list_limits(spread) if "no word times: they were" in each)
    assert told.startswith("The server behind offline gave no word times: they were spread over")
    given = changed(measured, machine={"word_times": "from the server"})
    assert not [each for each in notes.list_limits(given) if "The server behind" in each]


def test_a_system_timed_on_a_busy_machine_says_so_at_its_costs(measured: Comparison) -> None:
    busy = changed(measured, machine={"contended": "True", "waited_share": "0.24"})
    (told,) = notes.describe_contention(busy)
    assert told.startswith(
        "offline was timed while the machine was busy: it waited for a core 24 %"
    )
    assert told in html.render(busy)
    assert told in markdown.render(busy)
    assert "share of the time" in html.render(busy)
    idle = changed(measured, machine={"contended": "False", "waited_share": "0.01"})
    assert notes.describe_contention(idle) == notes.describe_contention(measured) == []
