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
from tests.reports.test_files import change_figures


def list_sentences(comparison: Comparison) -> list[str]:
    said = [*verdict.describe_verdict(comparison), *verdict.list_warnings(comparison)]
    return [s.system + s.plain.replace("\u00a0", " ") for s in said]


def of_agreement(comparison: Comparison, **figures: Any) -> str:
    """The verdict on local_agreement, some of its figures replaced."""
    offline, buffer, agreement = comparison.systems
    ordered = change_figures(replace(comparison, systems=(agreement, offline, buffer)), **figures)
    return next(said for said in list_sentences(ordered) if said.startswith("local_agreement"))


def make_difference(value: float, low: float, high: float, family: int = 1) -> Difference:
    return Difference(value, low, high, 0.005, 0.95, blocks=20, family=family)


def late(seconds: float | None) -> dict[str, Quantile]:
    return {name: Quantile(seconds, seconds, seconds) for name in ("p50", "p95", "p99")}


@pytest.mark.parametrize(
    ("delta", "said"),
    [
        (
            make_difference(0.019, 0.008, 0.031, family=2),
            "1.9 points more errors than offline (+0.8 to +3.1 points)",
        ),
        (
            make_difference(-0.019, -0.031, -0.008),
            "1.9 points fewer errors than offline (−3.1 to −0.8 points)",
        ),
        (
            make_difference(0.01, -0.01, 0.03),
            "1.0 points more errors than offline here, not decided (−1.0 to +3.0 points; about 60"
            " more speakers would decide it)",
        ),
        (
            make_difference(0.0, -0.9, 0.9),
            "As many errors as offline here, not decided (−90.0 to +90.0 points; no realistic"
            " number of speakers would decide it)",
        ),
        (
            make_difference(0.001, -0.001, 0.003),
            "No difference in errors to offline that matters: a difference of 0.5 points or more is"
            " ruled out (−0.1 to +0.3 points)",
        ),
        (  # as printed with one decimal, its end would be 0
            make_difference(0.0004, 0.0002, 0.0006),
            "Less than 0.1 points more errors than offline (+0.02 to +0.06 points; a difference of"
            " 0.5 points or more is ruled out)",
        ),
    ],
)
def test_a_difference_is_claimed_only_where_it_is_shown(
    measured: Comparison, delta: Difference, said: str
) -> None:
    sentence = of_agreement(measured, delta_wer=delta, commit_latency=late(2.14))
    start = (
        "local_agreement: 4.3 % of words wrong (3.0 to 5.7 %), half of the words final within"
        " 2.14 s (2.14 to 2.14 s), 95 % within 2.14 s (2.14 to 2.14 s)"
    )
    assert sentence == f"{start}. {said}."


def compare_untimed() -> Comparison:
    """Systems on calls whose references have no word times."""
    calls = synthetic.references(count=6)
    return synthetic.compare(
        lambda manner, _: synthetic.log(calls, manner),
        spoken=[replace(call, words=()) for call in calls],
    )


def test_where_no_word_has_a_time_laal_tells_the_systems_apart() -> None:
    without = compare_untimed()
    laal = without.systems[1].summary.simulst_latency["laal"].aware
    assert re.search(
        rf"average lag {laal:.2f} s \(LAAL\) \(.* to .* s\)", list_sentences(without)[0]
    )
    assert f"the text lags by {laal:.1f}\u00a0s on average" in verdict.make_title(without)
    page, table = html.render(without), markdown.render(without)
    assert all("alignment=forced finds word" in text for text in (page, table))
    assert "Commit p50" not in table
    assert "curves-title" not in page
    assert "lag-title" not in page


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "too few timed words for a latency."),
        (math.inf, "half of the words never final."),
        (-0.2, "half of the words final before they end (−0.20 to −0.20 s)"),
        (0.44, "half of the words final within 0.44 s (0.44 to 0.44 s), 95 % within 0.44 s"),
    ],
)
def test_lateness_in_words(measured: Comparison, seconds: float | None, said: str) -> None:
    assert said in of_agreement(measured, commit_latency=late(seconds))


def test_the_fastest_comes_first_and_the_baseline_says_that_it_waits(measured: Comparison) -> None:
    sentences = list_sentences(measured)
    names = [sentence.partition(":")[0] for sentence in sentences]
    assert names == ["prompted_buffer", "local_agreement", "offline"]
    assert "only when the call has ended, half of the words final within" in sentences[-1]
    assert sentences[-1].endswith("It is the baseline.")


def test_where_offline_is_worse_the_page_says_so(measured: Comparison) -> None:
    assert not [each for each in list_sentences(measured) if "has more errors here" in each]
    worse = WordErrors(hits=60, substitutions=2, deletions=7, insertions=1)
    for delta, shown in ((-0.1, True), (0.1, False)):
        offline, buffer, agreement = change_figures(
            measured, errors=worse, wer=Interval(0.14, 0.1, 0.2)
        ).systems
        differs = make_difference(-0.1, -0.2, delta)
        better = replace(agreement, summary=replace(agreement.summary, delta_wer=differs))
        (said,) = (
            each
            for each in list_sentences(replace(measured, systems=(offline, buffer, better)))
            if "has more errors here than" in each
        )
        assert said.startswith("offline has more errors here than local_agreement")
        assert "2 substituted, 7 deleted, 1 inserted words, against" in said
        assert ("(not decided)" not in said) == shown


def test_what_cannot_keep_up_is_said_so(measured: Comparison, unaware: Comparison) -> None:
    for comparison, times in ((measured, 1), (unaware, 0)):
        slow = replace(comparison.systems[0].summary.cost, rtf=1.586)
        said = " ".join(list_sentences(change_figures(comparison, cost=slow)))
        assert said.count("cannot keep up with live audio here: 1.59 s of compute") == times


def test_failures_are_in_the_verdict(failing: Comparison) -> None:
    assert list_sentences(failing)[-1] == (
        "prompted_buffer failed on 2 of 36 recordings:"
        " their words count as deleted and as never shown."
    )


def test_a_clock_without_compute_is_said_so(unaware: Comparison) -> None:
    assert "Compute time is not counted" in list_sentences(unaware)[-1]


def test_without_a_baseline_wer_stands_for_itself(measured: Comparison) -> None:
    alone = change_figures(replace(measured, baseline=""), delta_wer=None)
    assert list_sentences(alone)[-1].endswith(" s).")  # nothing of a difference


def test_without_reference_words_nothing_is_claimed(measured: Comparison) -> None:
    unknown = Interval(math.nan, math.nan, math.nan)
    delta = make_difference(math.nan, math.nan, math.nan)
    assert "an unknown WER" in of_agreement(measured, wer=unknown, delta_wer=delta)
    assert delta.finding == "not known"


@pytest.mark.parametrize(
    ("delta", "shown", "said"),
    [
        (make_difference(0.02, 0.01, 0.03), "**+2.0**", "more errors"),
        (make_difference(0.02, -0.01, 0.05), " +2.0<", "not decided"),
        (make_difference(0.0, -0.001, 0.001), " 0.0<", "none that matters"),
    ],
)
def test_only_a_difference_that_is_shown_stands_out(
    measured: Comparison, delta: Difference, shown: str, said: str
) -> None:
    text = markdown.render(change_figures(measured, delta_wer=delta)).replace("\u00a0", " ")
    (row,) = (line for line in text.splitlines() if line.startswith("| **ΔWER"))
    cell = row.split("|")[2]
    assert shown in cell
    assert said in cell
    page = html.render(change_figures(measured, delta_wer=delta))
    others = html.render(change_figures(measured, delta_wer=None)).count('class="value shown"')
    assert page.count('class="value shown"') == others + delta.excludes_zero


def test_no_errors_are_a_bound_and_not_a_certainty(measured: Comparison) -> None:
    none = change_figures(
        measured, errors=WordErrors(hits=70), wer=Interval(0.0, 0.0, 0.0513), delta_wer=None
    )
    assert "offline: none of 70 words wrong (at most 5.1 %)" in " ".join(list_sentences(none))


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
ends = st.floats(0, 0.2)


@given(st.floats(-0.2, 0.2), ends, ends, st.integers(1, 9))
def test_no_sentence_contradicts_the_interval_beside_it(
    value: float, below: float, above: float, family: int
) -> None:
    """Read as a reader does: the words, and the two numbers that are printed."""
    delta = make_difference(value, value - below, value + above, family)
    text = wording.describe_difference(delta, "", "95 %", "speaker").replace("−", "-")
    low, high = map(float, re.findall(r"interval (\S+) to (\S+) points", text)[0])
    open_ended = "not decided" in text
    way = next((sign for words, sign in SIGNS.items() if f"points {words}" in text), 0)
    near = min(abs(abs(end) - at) for end in (delta.low, delta.high) for at in (0, 0.005)) < 1e-5
    assert (bool(way) and not open_ended) == (delta.finding.split(",")[0] in SIGNS)
    assert near or open_ended or way == (low > 0) - (high < 0)
    assert near or not open_ended or low <= 0 <= high
    assert near or ("is ruled out" in text) == (-0.5 < low <= high < 0.5)
    assert open_ended == ("would decide it" in text)


seconds = st.lists(st.floats(0.1, 3), min_size=3, max_size=3).map(sorted)
errors = st.tuples(st.floats(-0.05, 0.05), ends, ends)


@given(st.lists(st.tuples(seconds, errors), min_size=2, max_size=4))
def test_no_title_contradicts_the_sentences_below_it(
    measured: Comparison, drawn: list[tuple[list[float], tuple[float, float, float]]]
) -> None:
    """The fastest is below all others with its whole interval; errors are shown or not."""
    offline, one, _ = measured.systems
    systems = []
    for number, ((low, middle, high), (value, below, above)) in enumerate(drawn):
        p50 = {"p50": Quantile(middle, low, high), "p95": Quantile(high, high, high)}
        summary = replace(
            one.summary,
            name=f"s{number}",
            delta_wer=make_difference(value, value - below, value + above),
            latencies={**one.summary.latencies, "commit_latency": p50},
        )
        systems.append(replace(one, summary=summary))
    comparison = replace(measured, systems=(offline, *systems))
    title = verdict.make_title(comparison)
    apart = {each.summary.name: each.summary.commit_latency["p50"] for each in systems}
    fastest = re.match(r"(s\d) is fastest", title)
    if fastest:
        first = apart.pop(fastest[1])
        assert all((first.high or 0) < (other.low or 0) for other in apart.values())
    else:
        tied = "are fastest: their intervals overlap" in title
        assert tied != title.startswith("No difference in latency is shown")
    deltas = {s.summary.name: s.summary.delta_wer for s in systems}
    shown = [name for name, delta in deltas.items() if delta and delta.excludes_zero]
    assert ("no difference in errors" in title) == (not shown)
    for names, sign in re.findall(r"([^;,]*) makes? (more|fewer) errors than", title):
        named = re.findall(r"s\d", names) + ([fastest[1]] if fastest and "it" in names else [])
        for delta in (deltas[name] for name in named):
            assert delta
            assert delta.low > 0 if sign == "more" else delta.high < 0


def test_titles(measured: Comparison) -> None:
    first, *others = measured.systems
    title = verdict.make_title(measured).replace("\u00a0", " ")
    assert title == (
        "prompted_buffer is fastest: half of the words are final within 1.6 s; it makes"
        " more errors than offline"
    )
    assert verdict.make_title(replace(measured, systems=(first,))) == "1\u00a0system compared"
    one = replace(measured, systems=tuple(others[:1]), baseline="")
    assert verdict.make_title(one).startswith("prompted_buffer: half of the words are final within")
    twin = replace(others[0], summary=replace(others[0].summary, name="twin"))
    two = replace(measured, systems=(others[0], twin))
    assert verdict.make_title(two).startswith("No difference in latency is shown; ")
    late = {"p50": Quantile(9.0, 8.9, 9.1), "p95": Quantile(None)}
    latencies = {**twin.summary.latencies, "commit_latency": late}
    slow = replace(twin, summary=replace(twin.summary, name="slow", latencies=latencies))
    tied = "prompted_buffer and twin are fastest: their intervals overlap"
    assert verdict.make_title(replace(two, systems=(*two.systems, slow))).startswith(tied)


def refuse_comparison(comparison: Comparison, **reasons: tuple[str, ...]) -> Comparison:
    """The last system is not comparable with the baseline, for these reasons."""
    *others, last = comparison.systems
    summary = replace(last.summary, delta_wer=None) if reasons["wer"] else last.summary
    system = replace(last, summary=summary, incomparable=reasons)
    return replace(comparison, systems=(*others, system))


def test_what_was_scored_in_another_way_is_not_compared(measured: Comparison) -> None:
    why = ("normaliser: none@1 against basic@1",)
    other = refuse_comparison(measured, wer=why, latency=(*why, "clock: unaware against measured"))
    assert list_sentences(other)[-1] == (
        "local_agreement is not comparable with offline in WER or latency"
        " (normaliser: none@1 against basic@1)."
    )
    assert not any(
        "local_agreement" in said and " WER than " in said for said in list_sentences(other)
    )
    table = markdown.render(other)
    (delta,) = (line for line in table.splitlines() if "ΔWER" in line and line.startswith("|"))
    assert delta.endswith("| –<br><sub>not comparable</sub> |")
    assert "–<br><sub>baseline</sub>" in delta
    assert "is not comparable with offline" in html.render(other)


def test_under_another_clock_only_latency_is_not_compared(measured: Comparison) -> None:
    other = refuse_comparison(measured, wer=(), latency=("clock: unaware against measured",))
    assert list_sentences(other)[-1] == (
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
    spread = change_figures(
        measured, machine={"word_times": "spread over the window by characters"}
    )
    (told,) = (each for each in notes.list_limits(spread) if "no word times: they were" in each)
    assert told.startswith("The server behind offline gave no word times: they were spread over")
    given = change_figures(measured, machine={"word_times": "from the server"})
    assert not [each for each in notes.list_limits(given) if "The server behind" in each]


def test_a_system_timed_on_a_busy_machine_says_so_on_the_first_screen(
    measured: Comparison, unaware: Comparison
) -> None:
    facts = {"contended": "True", "waited_share": "0.24"}
    busy = change_figures(measured, machine=facts)
    told = (
        "The machine was busy, which raises latency and cost: waiting for a core took offline 24 %"
        " of the time."
    )
    assert told in list_sentences(busy)
    assert "share of the time" in html.render(busy)
    idle = change_figures(measured, machine={"contended": "False", "waited_share": "0.01"})
    for comparison in (idle, measured, change_figures(unaware, machine=facts)):
        assert "busy" not in " ".join(list_sentences(comparison))
