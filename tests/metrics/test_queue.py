"""Backlog in the words table: what the simulation plays is what the queue recursion says."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.summary import summarise
from streamwer.metrics.tables import Scores, score
from streamwer.policies.base import Request
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import play_recording
from streamwer.text.normalise import get_normaliser
from streamwer.types import Hypothesis, Reference, Update, Word
from tests.scripted import Scripted, silence

CHUNKS = 60
WORDS = tuple(Word(f"w{n}", n + 0.5, n + 1.0) for n in range(CHUNKS))
"""One word a second, each to the end of its chunk: its latency is the lag of the chunk."""
CALL = Reference("call", "x.flac", CHUNKS, " ".join(word.text for word in WORDS), words=WORDS)
TRACES = {
    "steady": ([0.5] * CHUNKS, 0.5, 0.5),
    "overloaded": ([1.2] * CHUNKS, 7.1, 13.0),
    "one stall": ([0.3] * 20 + [8.0] + [0.3] * 39, 1.07, 8.0),
}
"""Seconds of compute of each chunk; the mean and the largest lag."""


class EveryChunk:
    """Hears each second of audio on its own, however late, and commits what it hears."""

    def __init__(self) -> None:
        self._next = 1

    def wants(self) -> float:
        return self._next * SAMPLE_RATE if self._next <= CHUNKS else math.inf

    def plan(self, arrived: int, ended: bool) -> Request | None:
        if self._next > CHUNKS:
            return None
        self._next += 1
        return Request((self._next - 2) * SAMPLE_RATE, (self._next - 1) * SAMPLE_RATE)

    def absorb(self, hypothesis: Hypothesis) -> Update:
        return Update(hypothesis.words)


def score_calls(spent: Sequence[float], clock: str = "measured") -> Scores:
    recogniser = Scripted(WORDS, cost=lambda call: spent[call])
    steps = play_recording("call", silence(CHUNKS), recogniser, EveryChunk(), build_clock(clock))
    return score([CALL], EventLog(tuple(steps)), get_normaliser("none"))


def recursion(spent: Sequence[float]) -> list[float]:
    """emitted = max(arrived, worker free) + compute, less the arrival."""
    free, lags = 0.0, []
    for number, seconds in enumerate(spent):
        free = max(number + 1.0, free) + seconds
        lags.append(free - (number + 1.0))
    return lags


@pytest.mark.parametrize("trace", TRACES)
def test_the_latency_of_words_is_the_lag_of_the_queue(trace: str) -> None:
    spent, average, largest = TRACES[trace]
    words = score_calls(spent).words
    late = (words["committed"] - words["end"]).to_numpy()
    np.testing.assert_allclose(late, recursion(spent), atol=1e-9)
    assert late.mean() == pytest.approx(average, abs=1e-9)
    assert late.max() == pytest.approx(largest, abs=1e-9)


@pytest.mark.parametrize("trace", TRACES)
def test_the_lag_is_queueing_and_compute_and_nothing_else(trace: str) -> None:
    spent = TRACES[trace][0]
    words = score_calls(spent).words
    np.testing.assert_allclose(words["computed"], spent, atol=1e-9)
    np.testing.assert_allclose(words["queued"] + spent, recursion(spent), atol=1e-9)
    assert (words[["waiting", "held"]] == 0).all(axis=None)


@pytest.mark.parametrize("trace", TRACES)
def test_ideal_latency_has_no_backlog_in_it(trace: str) -> None:
    scores = score_calls(TRACES[trace][0])
    summary = summarise("system", scores, None, ScoringConfig("none"), {})
    assert summary.latencies["commit_latency_ideal"]["p50"].value == 0.0


def test_where_compute_takes_no_time_nothing_queues() -> None:
    words = score_calls([1.2] * CHUNKS, clock="unaware").words
    assert (words[["queued", "computed"]] == 0.0).all(axis=None)
    assert (words["committed"] == words["end"]).all()
