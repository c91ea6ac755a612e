"""Processor time of a server per second of audio."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import SERVER_CPU, EventLog
from streamwer.metrics.batches import score_in_batches
from streamwer.metrics.summary import summarise
from streamwer.metrics.tables import Scores, read_server_cpu, score
from streamwer.text.normalise import get_normaliser
from streamwer.types import Failure, Reference, StageTimes, Step, Update, WorkCounters

SAID = [Reference(name, "", 10.0, "well", speaker=name) for name in "abc"]
BASIC = get_normaliser("basic")


def step(recording: str) -> Step:
    return Step(recording, 0, 10.0, 10.0, 10.0, 10.0, StageTimes(), WorkCounters(), Update(), True)


def log_of(**machine: Any) -> EventLog:
    return EventLog(tuple(map(step, "abc")), (Failure("c", "dropped"),), machine)


def figure(scores: Scores) -> float:
    return summarise("", scores, None, ScoringConfig("basic"), {}).figures["server_cpu"].value


def test_calls_that_failed_are_left_out() -> None:
    log = log_of(**{SERVER_CPU: json.dumps({"a": 3.0, "b": 5.0, "c": 90.0})})
    assert figure(score(SAID, log, BASIC)) == pytest.approx(0.4)
    cpu = read_server_cpu(log.machine)
    (part,) = score_in_batches(SAID, [[each] for each in log.steps], log.failures, BASIC, cpu=cpu)
    assert figure(part) == pytest.approx(0.4)


def test_without_a_known_process_there_is_no_figure_and_no_column() -> None:
    scores = score(SAID, log_of(), BASIC)
    assert math.isnan(figure(scores))
    assert SERVER_CPU not in scores.recordings
