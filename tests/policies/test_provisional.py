"""While the language is not settled words are shown, and none is committed but at the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from streamwer import policies
from streamwer.audio import seconds_to_samples
from streamwer.recognisers.base import Window
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import play_recording
from streamwer.types import Hypothesis, Step
from tests.scripted import Scripted, script, silence

SAID = script("one two three four five six seven eight nine ten", pace=0.5)
PROMPTED = {
    "name": "prompted_buffer",
    "chunk_s": 0.5,
    "buffer_s": 12.0,
    "holdback_s": 0.5,
    "prompt": "committed",
    "prompt_chars": 200,
}
CUTOFF = {
    "name": "attention_cutoff",
    "margin_s": 0.2,
    "chunk_s": 0.5,
    "left_context_s": 1.0,
    "pause_s": 0.8,
    "buffer_s": 12.0,
    "prompt_chars": 200,
}
POLICIES = pytest.mark.parametrize("policy", [PROMPTED, CUTOFF], ids=lambda each: each["name"])


class Doubting:
    """Takes a stream for Korean until so many seconds of it are there, and then for Japanese."""

    def __init__(self, until_s: float) -> None:
        self._scripted, self._until = Scripted(SAID), seconds_to_samples(until_s)

    def recognise(self, window: Window) -> Hypothesis:
        heard = self._scripted.recognise(window)
        if window.start + len(window.audio) >= self._until:
            return replace(heard, language="ja")
        return replace(heard, language="ko", provisional=True)


def play_silence(policy: dict[str, Any], seconds: float, until_s: float) -> list[Step]:
    made, clock = policies.build_policy(policy), build_clock("unaware")
    return list(play_recording("call", silence(seconds), Doubting(until_s), made, clock))


@POLICIES
def test_provisional_words_are_shown_and_committed_only_later(policy: dict[str, Any]) -> None:
    steps = play_silence(policy, 6.0, until_s=3.0)
    early = [step for step in steps if step.audio_end < 3.0]
    assert not any(step.update.committed for step in early)
    assert any(step.update.tentative for step in early)
    assert [w.text for step in steps for w in step.update.committed] == [w.text for w in SAID]


@POLICIES
def test_a_stream_that_ends_in_doubt_loses_no_word(policy: dict[str, Any]) -> None:
    steps = play_silence(policy, 6.0, until_s=100.0)
    assert [w.text for step in steps for w in step.update.committed] == [w.text for w in SAID]
    assert not any(step.update.committed for step in steps[:-1])


def test_every_step_says_what_language_was_detected_so_far() -> None:
    steps = play_silence(PROMPTED, 6.0, until_s=3.0)
    assert [step.language for step in steps] == ["ko"] * 5 + ["ja"] * 7
