"""Words that never became final at the end, and when the last one did."""

from __future__ import annotations

import math

import pytest

from streamwer.eventlog.log import EventLog
from streamwer.metrics.registry import list_ratio_metrics
from streamwer.metrics.tables import Scores, score
from streamwer.text.normalise import get_normaliser
from streamwer.types import Failure, Reference
from tests.formats.calls import own_step

SAID = Reference("call", "", 2.0, "my name is jane doe")


def score_steps(*steps: tuple[float, str], failed: str = "") -> Scores:
    made = tuple(own_step(n, 2.0, at, text) for n, (at, text) in enumerate(steps))
    name = made[0].recording if made else "call"
    failures = (Failure(name, failed),) if failed else ()
    reference = Reference(name, "", 2.0, SAID.text)
    return score([reference], EventLog(made, failures), get_normaliser("basic"))


def tail(scores: Scores) -> tuple[float, float]:
    loss = next(each for each in list_ratio_metrics() if each.name == "tail_loss")
    return loss.compute(scores).value, float(scores.recordings["final_after_end"][0])


def test_the_words_after_the_last_one_that_came_are_lost() -> None:
    assert tail(score_steps((1.0, "my name"), (2.5, "was"))) == (0.4, math.inf)


def test_a_word_lost_within_the_call_is_no_tail() -> None:
    loss, after = tail(score_steps((1.0, "my is jane"), (2.5, "doe")))
    assert (loss, after) == (0.0, pytest.approx(0.5))


def test_a_wrong_last_word_came() -> None:
    assert tail(score_steps((2.25, "my name is jane dough"))) == (0.0, pytest.approx(0.25))


def test_a_call_without_words_lost_all_of_them() -> None:
    assert tail(score_steps()) == (1.0, math.inf)


def test_a_call_that_failed_half_way_keeps_the_words_that_came() -> None:
    scores = score_steps((1.0, "my name"), failed="dropped after 1.2 s")
    assert tail(scores) == (0.6, math.inf)
    assert scores.recordings["failure"][0] == "dropped after 1.2 s"
    assert scores.recordings["deletions"][0] == 3
