"""What must happen to the figures when a log is changed in a known way."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pandas as pd
import pytest

from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.latency import measure_latencies, select_timed_words
from streamwer.metrics.stats.quantiles import Quantile, compare_quantiles
from streamwer.metrics.summary import Percentiles, Summary, summarise
from streamwer.metrics.tables import Scores, score
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, Step, Update, Word
from tests.reports.synthetic import MANNERS, log, references

SPOKEN = references(count=18, words=30)
LOG = log(SPOKEN, MANNERS["prompted_buffer"], failures=1)
LATENCIES = ("commit_latency", "shown_latency", "first_text", "finalisation")
SPLIT = ["waiting", "held", "queued", "computed"]


def summary(events: EventLog, spoken: list[Reference] = SPOKEN) -> Summary:
    scores = score(spoken, events, get_normaliser("basic"))
    return summarise("system", scores, None, ScoringConfig("basic"), {})


def table(events: EventLog) -> Scores:
    return score(SPOKEN, events, get_normaliser("basic"))


def ends(percentiles: Percentiles) -> list[float]:
    """Every quantile and interval end that there is."""
    found = [each for q in percentiles.values() for each in (q.value, q.low, q.high)]
    return [each for each in found if each is not None]


@pytest.mark.parametrize("delay", [0.5, -0.25, 3.0])
def test_a_delay_of_every_emission_delays_every_latency_by_as_much(delay: float) -> None:
    steps = tuple(replace(step, emitted=step.emitted + delay) for step in LOG.steps)
    before, after = summary(LOG), summary(replace(LOG, steps=steps))
    for name in LATENCIES:
        expected = [each + delay for each in ends(before.latencies[name])]
        assert ends(after.latencies[name]) == pytest.approx(expected)
        assert expected
    assert (after.wer, after.coverage) == (before.wer, before.coverage)
    for old, new in zip(before.slices, after.slices, strict=True):
        assert (new.kind, new.name, new.errors, new.coverage) == (
            (old.kind, old.name, old.errors, old.coverage)
        )
        for percentile in ("p50", "p95"):
            then, now = (getattr(each, percentile).value for each in (old, new))
            assert now == (None if then is None else pytest.approx(then + delay))


@pytest.mark.parametrize("delay", [0.5, 3.0])
def test_a_delay_of_every_emission_is_compute_in_the_split(delay: float) -> None:
    steps = tuple(replace(step, emitted=step.emitted + delay) for step in LOG.steps)
    before, after = (table(each).words[SPLIT] for each in (LOG, replace(LOG, steps=steps)))
    expected = before.assign(computed=before["computed"] + delay)
    pd.testing.assert_frame_equal(after, expected)
    assert expected["computed"].notna().any()


def test_the_order_of_recordings_changes_nothing() -> None:
    mixed = random.Random(3).sample(SPOKEN, len(SPOKEN))
    before, after = summary(LOG), summary(LOG, mixed)
    assert (after.wer, after.errors, after.coverage) == (before.wer, before.errors, before.coverage)
    for name in (*LATENCIES, "commit_latency_ideal"):
        assert after.latencies[name] == before.latencies[name]
    assert after.slices == before.slices
    assert after.char_errors == before.char_errors


def test_a_system_against_itself_is_exactly_as_late() -> None:
    words = select_timed_words(table(LOG).words)
    calls, _ = pd.factorize(words["recording"])
    late_by_name = measure_latencies(words)
    assert late_by_name.pop("end_of_turn_delay").isna().all()  # the log has no turn signal
    for late in late_by_name.values():
        values = late.to_numpy(float)
        same = compare_quantiles(values, values, calls, (0.5, 0.95), 0.95)
        assert same == [Quantile(0.0, 0.0, 0.0)] * 2


def distinct(slow: float) -> tuple[list[Reference], EventLog]:
    """Ten calls of 40 words, each another word; every fifth comes `slow` seconds later."""
    words = tuple(Word(f"w{n}", n / 2, n / 2 + 0.4) for n in range(40))
    calls = [
        Reference(f"c{n}", "x.flac", 21.0, " ".join(w.text for w in words), f"s{n}", words=words)
        for n in range(10)
    ]
    template = LOG.steps[0]
    steps = [
        replace(
            template,
            recording=call.recording,
            step=n,
            audio_end=word.end,
            emitted=word.end + (slow if n % 5 == 0 else 1.0),
            update=Update((word,), ()),
            is_last=n == 39,
        )
        for call in calls
        for n, word in enumerate(words)
    ]
    return calls, EventLog(tuple(steps), (), {})


def silence_step(step: Step) -> Step:
    """The same step without its word."""
    return replace(step, update=Update((), ()))


@pytest.mark.parametrize("slow", [2.0, 10.0])
def test_leaving_out_slow_words_improves_no_headline_figure(slow: float) -> None:
    calls, events = distinct(slow)
    fewer = tuple(silence_step(s) if s.emitted - s.audio_end > 1.5 else s for s in events.steps)
    before, after = summary(events, calls), summary(replace(events, steps=fewer), calls)
    for percentile in ("p50", "p95", "p99"):
        mine, other = (each.commit_latency[percentile].value for each in (after, before))
        assert mine is not None
        assert other is not None
        assert mine >= other
    assert after.commit_latency["p95"].value == math.inf
    for old, new in zip(before.slices, after.slices, strict=True):
        for mine, other in ((new.p50.value, old.p50.value), (new.p95.value, old.p95.value)):
            assert other is None or (mine is not None and mine >= other)
        assert new.coverage <= old.coverage
    assert after.wer.value > before.wer.value
    assert after.coverage < before.coverage
