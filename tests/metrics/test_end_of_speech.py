"""AA-WER Streaming by hand: WER and latency of the first texts after a speaker has finished."""

from __future__ import annotations

import math

import pytest

from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.end_of_speech import find_text_after
from streamwer.metrics.summary import Summary, summarise
from streamwer.metrics.tables import score
from streamwer.text.normalise import get_normaliser
from streamwer.types import Failure, Reference, StageTimes, Step, Update, Word, WorkCounters

SPOKEN = tuple(Word(w, i, i + 1) for i, w in enumerate("we need two tickets".split()))
CALL = Reference("call", "", 6.0, "we need two tickets", words=SPOKEN)
"""The speech ends at 4 s."""


def step(number: int, emitted: float, committed: str, tentative: str = "") -> Step:
    words = [tuple(Word(w, 0, 0) for w in text.split()) for text in (committed, tentative)]
    times = (emitted, emitted, emitted, emitted)
    return Step("call", number, *times, StageTimes(), WorkCounters(), Update(*words), False)


def summarise_calls(*steps: Step, failed: str = "") -> tuple[Summary, float, float]:
    """Score the call; with its latencies of any text and of final text."""
    log = EventLog(steps, failures=(Failure("call", failed),) if failed else ())
    scores = score([CALL], log, get_normaliser("basic"))
    latencies = scores.recordings.iloc[0][["end_of_speech_any_s", "end_of_speech_final_s"]]
    return summarise("x", scores, None, ScoringConfig("basic"), {}), *map(float, latencies)


def test_the_first_text_and_the_first_final_text_have_a_latency_and_a_wer() -> None:
    """At 4.3 s a listener reads "we need two", at 4.9 s the first final text adds "ticket"."""
    found, any_s, final_s = summarise_calls(
        step(0, 2.5, "we", "need"),
        step(1, 4.3, "", "need two"),
        step(2, 4.9, "need two ticket"),
        step(3, 5.5, "s"),
    )
    assert any_s == pytest.approx(0.3)
    assert found.figures["end_of_speech_any_wer"] == (1, 4)
    assert final_s == pytest.approx(0.9)
    assert found.figures["end_of_speech_final_wer"] == (1, 4)
    assert found.errors.errors == 2


def test_a_lost_tail_is_in_the_wer_of_the_last_text_before_the_end() -> None:
    found, _, final_s = summarise_calls(step(0, 3.0, "we need"))
    assert final_s == pytest.approx(-1.0)
    assert found.figures["end_of_speech_final_wer"] == (2, 4)


def test_a_call_that_failed_is_never_there_and_all_its_words_are_errors() -> None:
    found, any_s, _ = summarise_calls(failed="it broke")
    assert any_s == math.inf
    assert found.figures["end_of_speech_any_wer"] == (4, 4)


def test_text_that_is_taken_back_is_no_text() -> None:
    steps = [step(0, 3.0, "", "we"), step(1, 4.2, "", ""), step(2, 4.6, "we")]
    assert find_text_after(steps, 4.0, tentative=True).at == 4.6
