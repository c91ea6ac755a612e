"""What is measured of the calls: errors pooled by condition, and how far the aligner is off."""

from __future__ import annotations

import pytest

from lab.calls.alignment import is_last, summarize_deviations
from lab.calls.evaluation import Transcribed, pool_by_condition
from streamwer.transcript import Word


def test_errors_are_pooled_over_words_not_averaged_over_calls() -> None:
    calls = [
        Transcribed({"condition": "clean"}, "", 1, 10),
        Transcribed({"condition": "clean"}, "", 0, 30),
        Transcribed({"condition": "noise"}, "", 5, 10),
    ]
    assert pool_by_condition(calls) == {"all": 0.12, "clean": 0.025, "noise": 0.5}


@pytest.mark.parametrize(("word", "last"), [("yes.", True), ("no?", True), ("so,", False)])
def test_the_end_of_a_sentence_is_seen(word: str, last: bool) -> None:
    assert is_last(word) is last


def test_the_bias_has_a_sign_and_the_distance_has_none() -> None:
    spoken = [Word("oh", 0.0, 1.0), Word("yes", 1.0, 2.0), Word("so.", 2.0, 3.0)]
    placed = [Word("oh", 0.1, 0.9), Word("yes", 0.9, 1.9), Word("so.", 1.9, 2.8)]
    found = summarize_deviations([(placed, spoken)])
    assert found["words"] == 3
    assert (found["end_bias_ms"], found["end_median_ms"]) == (-100, 100)
    assert found["start_bias_ms"] == -100
    assert (found["sentence_end_bias_ms"], found["sentence_end_p95_ms"]) == (-200, 200)
