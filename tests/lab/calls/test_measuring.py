"""What is measured of the calls: errors pooled by condition, and how far the aligner is off."""

from __future__ import annotations

from lab.calls.alignment import summarize_deviations
from lab.calls.evaluation import Transcribed, pool_by_condition
from streamwer.types import Word


def test_errors_are_pooled_over_words_not_averaged_over_calls() -> None:
    calls = [
        Transcribed({"condition": "clean"}, "", 1, 10),
        Transcribed({"condition": "clean"}, "", 0, 30),
        Transcribed({"condition": "noise"}, "", 5, 10),
    ]
    assert pool_by_condition(calls) == {"all": 0.12, "clean": 0.025, "noise": 0.5}


def test_the_bias_has_a_sign_and_the_distance_has_none() -> None:
    spoken = [Word("oh", 0.0, 1.0), Word("yes,", 1.0, 2.0), Word("so.", 2.5, 3.0)]
    placed = [Word("oh", 0.1, 0.9), Word("yes,", 0.9, 2.2), Word("so.", 2.4, 3.2)]
    found = summarize_deviations([(placed, spoken)])
    assert found["words"] == 3
    assert (found["joined_end_words"], found["joined_end_bias_ms"]) == (1, -100)
    assert (found["paused_end_words"], found["paused_end_bias_ms"]) == (2, 200)
    assert found["joined_end_median_ms"] == 100
    assert (found["start_bias_ms"], found["start_median_ms"]) == (-100, 100)
