"""Compute queues: what either program logged of the same decoding gives the same, true lag."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from statistics import mean

import pytest

from streamwer.eventlog.log import EventLog
from streamwer.formats.detection import read_log
from tests.formats.calls import lines

CHUNKS = 60
TRACES = {
    "steady": ([0.5] * CHUNKS, 0.5, 0.5),
    "overloaded": ([1.2] * CHUNKS, 7.1, 13.0),
    "one stall": ([0.3] * 20 + [8.0] + [0.3] * 39, 1.07, 8.0),
}
"""Seconds of compute of each 1 s chunk; the mean and the largest lag, from the queue recursion."""


def simuleval(path: Path, spent: Sequence[float]) -> Path:
    """`elapsed` as SimulEval has it: the audio read, and all compute since the beginning."""
    instance = {
        "index": 0,
        "prediction": " ".join(["word"] * CHUNKS),
        "delays": [1000.0 * (i + 1) for i in range(CHUNKS)],
        "elapsed": [1000.0 * (i + 1 + total) for i, total in enumerate(accumulate(spent))],
    }
    return lines(path, [instance])


def simulstream(path: Path, spent: Sequence[float]) -> Path:
    chunks = [
        {
            "id": 0,
            "total_audio_processed": i + 1.0,
            "computation_time": seconds,
            "generated_tokens": ["▁word"],
            "deleted_tokens": [],
        }
        for i, seconds in enumerate(spent)
    ]
    return lines(path, [{"id": 0, "metadata": {"wav_name": "call.wav"}}, *chunks])


def lags(log: EventLog) -> list[float]:
    return [step.emitted - step.audio_end for step in log.steps]


@pytest.mark.parametrize("write", [simuleval, simulstream])
@pytest.mark.parametrize("trace", TRACES)
def test_the_lag_is_that_of_a_queue(trace: str, write: object, tmp_path: Path) -> None:
    spent, average, largest = TRACES[trace]
    assert callable(write)
    found = lags(read_log([write(tmp_path / "log", spent)]).events)
    assert mean(found) == pytest.approx(average, abs=1e-9)
    assert max(found) == pytest.approx(largest, abs=1e-9)


def test_as_logged_simuleval_counts_idle_time_as_lag(tmp_path: Path) -> None:
    log = read_log([simuleval(tmp_path / "log", [0.5] * CHUNKS)], elapsed="logged")
    assert max(lags(log.events)) == pytest.approx(30.0)
