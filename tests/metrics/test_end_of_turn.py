"""End of turn by hand: how late a turn is said to have ended, and which turns are cut off."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.comparison import compare_latencies
from streamwer.metrics.store import score_and_sign
from streamwer.metrics.summary import Summary, summarise
from streamwer.metrics.tables import Scores, score
from streamwer.metrics.turns import measure_turns
from streamwer.text.normalise import get_normaliser
from streamwer.types import Failure, Reference, StageTimes, Step, Update, Word, WorkCounters

SPOKEN = (("we", 0.0), ("need", 0.5), ("two", 1.0), ("one", 2.4), ("way", 2.9), ("thanks", 5.0))
CALL = Reference(
    "call",
    "",
    7.0,
    "we need two one way thanks",
    words=tuple(Word(text, start, start + 0.5) for text, start in SPOKEN),
)
"""Two turns, to 3.4 s and to 5.5 s, with a pause of 0.9 s within the first."""


def signal(number: int, emitted: float, turn_end: float) -> Step:
    times = (emitted, emitted, emitted, emitted)
    update = Update(turn_end=turn_end)
    return Step("call", number, *times, StageTimes(), WorkCounters(), update, False)


def list_turns(*signals: tuple[float, float], call: Reference = CALL) -> list[tuple[float, bool]]:
    steps = [signal(number, *each) for number, each in enumerate(signals)]
    turns = measure_turns(call, steps, ScoringConfig.turn_pause_s)
    return [(round(turn.delay, 6), turn.is_cut) for turn in turns]


def score_calls(*signals: tuple[float, float], count: int = 8) -> Scores:
    calls = [replace(CALL, recording=f"call{n}") for n in range(count)]
    steps = tuple(
        replace(signal(number, *each), recording=call.recording)
        for call in calls
        for number, each in enumerate(signals)
    )
    failures = (Failure(calls[0].recording, "it broke"),) if not signals else ()
    return score(calls, EventLog(steps, failures), get_normaliser("basic"))


def summarise_calls(scores: Scores) -> Summary:
    return summarise("x", scores, None, ScoringConfig("basic"), {})


def test_a_turn_has_the_delay_of_the_first_signal_after_its_last_word() -> None:
    assert list_turns((4.0, 3.4), (4.5, 3.4), (6.25, 5.5)) == [(0.6, False), (0.75, False)]


def test_a_signal_in_a_pause_within_a_turn_cuts_it_off() -> None:
    assert list_turns((2.1, 1.5), (4.0, 3.4)) == [(0.6, True), (math.inf, False)]


def test_a_late_signal_is_of_the_turn_that_it_names() -> None:
    """It comes in the middle of the second turn, which it does not cut off."""
    assert list_turns((5.2, 3.4), (6.0, 5.4)) == [(1.8, False), (0.5, False)]


def test_a_turn_is_not_said_to_have_ended_where_the_audio_ends_at_once() -> None:
    call = replace(CALL, seconds=6.0)
    ((first, _), (last, _)) = list_turns((4.0, 3.4), call=call)
    assert first == 0.6
    assert math.isnan(last)


def test_the_segments_of_a_reference_are_its_turns() -> None:
    call = replace(CALL, turns=((0.0, 1.6), (2.2, 6.0)))
    assert list_turns((2.1, 1.5), (6.25, 5.5), call=call) == [(0.6, False), (0.75, False)]
    assert list_turns(call=replace(CALL, words=())) == []


def test_the_figures_are_over_turns() -> None:
    """Of 16 turns half are cut off; the delays are 0.6 s and 0.75 s, in a pause 0.6 s twice."""
    found = summarise_calls(score_calls((2.1, 1.5), (4.0, 3.4), (6.25, 5.5)))
    assert found.figures["early_cutoff"] == (8, 16)
    assert found.latencies["end_of_turn_delay"]["p50"].value == pytest.approx(0.6)
    assert found.latencies["end_of_turn_delay"]["p95"].value is None  # of 16 turns


def test_without_any_signal_there_are_no_figures() -> None:
    found = summarise_calls(score_calls())
    assert math.isnan(found.figures["early_cutoff"].value)
    assert found.latencies["end_of_turn_delay"]["p50"].value is None


def test_two_systems_are_compared_by_their_turns() -> None:
    late, early = score_calls((4.4, 3.4), (6.5, 5.5)), score_calls((4.1, 3.4), (6.2, 5.5))
    found = compare_latencies(late, early, ScoringConfig("basic"))
    assert found["end_of_turn_delay"]["p50"].value == pytest.approx(0.3)


def test_another_pause_is_another_measurement_of_times() -> None:
    plain, other = (
        score_and_sign([CALL], EventLog(()), get_normaliser("basic"), pause).signature.method
        for pause in (1.0, 0.8)
    )
    assert (other.references, other.times) == (plain.references, f"{plain.times}+turn_pause=0.8")
