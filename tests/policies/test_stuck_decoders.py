"""A decoder that is stuck says nothing of the speech: no policy believes it, and none loses words.

Whisper that is stuck says the same again and again, emits dots, words without length, its prompt,
or the whole text once more. The alignment has no room for such words.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamwer import policies
from streamwer.audio import seconds_to_samples
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.policies.local_agreement import LocalAgreement
from streamwer.recognisers.base import Window
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import play_recording
from streamwer.types import Hypothesis, Step, Word
from tests.policies.test_streaming_policies import (
    AGREEMENT,
    STREAMING,
    calls,
    iterate_committed,
    label,
    length,
    streaming_policies,
)
from tests.scripted import Scripted, script, silence

INVENTED = "kvasir"
"""No caller says it."""


class Hearing(NamedTuple):
    """What is really said in a window; times are the stream's."""

    begin: float
    end: float
    prompt: str
    words: Sequence[Word]


Fault = Callable[[Hearing], Sequence[Word]]


def loop(of: Hearing) -> Sequence[Word]:
    again = [*(word.text for word in of.words[-3:]), INVENTED] * 8
    return [*of.words, *instant(again, of.end)]


def dots(of: Hearing) -> Sequence[Word]:
    places = [of.begin + i * 0.1 for i in range(int((of.end - of.begin) / 0.1))]
    return [Word(".", at, at + 0.1) for at in places]


def mark(of: Hearing) -> Sequence[Word]:
    last = of.words[-1].end if of.words else of.begin
    return [*of.words, Word("-", last, of.end)]


def flat(of: Hearing) -> Sequence[Word]:
    return [*of.words, *instant([f"{INVENTED}{i}" for i in range(5)], of.end)]


def prompt_again(of: Hearing) -> Sequence[Word]:
    return [*of.words, *instant(of.prompt.split(), of.end)]


def text_again(of: Hearing) -> Sequence[Word]:
    return [*of.words, *instant([word.text for word in of.words], of.end)]


def beyond(of: Hearing) -> Sequence[Word]:
    return [*of.words, Word(INVENTED, of.end + 0.3, of.end + 0.6)]


def hear_nothing(_: Hearing) -> Sequence[Word]:
    return []


def instant(texts: Sequence[str], at: float) -> list[Word]:
    """Words without length."""
    return [Word(text, at, at) for text in texts]


FAULTS = [loop, dots, mark, flat, prompt_again, text_again, beyond, hear_nothing]
HEARING_TWICE = [config for config in STREAMING if config["name"] != "endpointed"]
"""It decodes what is said once: a decoding that is stuck loses it."""
every_fault = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)


class Stuck:
    """Reads from a script, but for the windows in which it is stuck.

    Args:
        words: what is really said.
        fault: what it makes of the words of such a window.
        seed: which windows those are; never two decodings in a row.
        forces: it goes on from a window's prefix.
    """

    def __init__(self, words: Sequence[Word], fault: Fault, seed: int, *, forces: bool) -> None:
        self._scripted, self._fault = Scripted(words, forces=forces), fault
        self._rng = random.Random(seed)
        self.windows: list[Window] = []
        self.stuck: list[bool] = []

    def recognise(self, window: Window) -> Hypothesis:
        heard = self._scripted.recognise(window)
        pairs = zip(self.windows, self.stuck, strict=True)
        before = any([stuck for earlier, stuck in pairs if not earlier.listen_only][-1:])
        self.windows.append(window)
        self.stuck.append(not (window.listen_only or before) and self._rng.random() < 0.5)
        if not self.stuck[-1]:
            return heard
        return replace(heard, words=tuple(self._fault(make_hearing(window, heard.words))))


def make_hearing(window: Window, words: Sequence[Word]) -> Hearing:
    begin = window.start / SAMPLE_RATE
    return Hearing(begin, begin + len(window.audio) / SAMPLE_RATE, window.prompt, words)


def play_stuck(config: Mapping[str, Any], recogniser: Stuck, seconds: float) -> list[Step]:
    policy, clock = policies.build_policy(config), build_clock("unaware")
    return list(play_recording("call", silence(seconds), recogniser, policy, clock))


@every_fault
@streaming_policies
@settings(max_examples=12, deadline=None)
@given(call=calls(), seed=st.integers(0, 2**16), forces=st.booleans())
def test_what_a_stuck_decoder_invents_is_never_committed_and_in_no_prompt(
    config: Mapping[str, Any], fault: Fault, call: tuple[Word, ...], seed: int, forces: bool
) -> None:
    recogniser = Stuck(call, fault, seed, forces=forces)
    steps = play_stuck(config, recogniser, length(call))
    said = [word.text for word in iterate_committed(steps)]
    rest = iter(word.text for word in call)
    assert all(text in rest for text in said), (
        said
    )  # in order, each at most as often as it was said
    for window in recogniser.windows:
        texts = f"{window.prompt} {window.prefix}".split()
        assert INVENTED not in " ".join(texts)
        assert all(any(map(str.isalnum, text)) for text in texts)


@every_fault
@streaming_policies
@settings(max_examples=12, deadline=None)
@given(call=calls(), seed=st.integers(0, 2**16))
def test_no_window_moves_past_words_that_were_tentative_when_the_decoder_stuck(
    config: Mapping[str, Any], fault: Fault, call: tuple[Word, ...], seed: int
) -> None:
    recogniser = Stuck(call, fault, seed, forces=False)
    steps = play_stuck(config, recogniser, length(call))
    full = seconds_to_samples(config["buffer_s"] - config.get("chunk_s", config.get("poll_s", 0.0)))
    numbers = (i for i, stuck in enumerate(recogniser.stuck[:-1]) if stuck and i)
    for i in numbers:
        window, after = recogniser.windows[i], recogniser.windows[i + 1]
        done = max((word.end for word in iterate_committed(steps[: i + 1])), default=0.0)
        open_ = [word for word in steps[i - 1].update.tentative if word.end > done + 1e-6]
        if open_ and len(window.audio) <= full:
            assert after.start <= seconds_to_samples(open_[0].start)


def test_forty_dots_do_not_throw_away_what_was_tentative_before_them() -> None:
    values = {key: value for key, value in AGREEMENT.items() if key != "name"}
    policy = LocalAgreement(**values)
    dot, said = Word(".", 11.0, 12.0), script("please call me back", pace=0.475, begin=13.0)
    forty = tuple(Word(".", 12 + i / 10, 12.1 + i / 10) for i in range(40))
    hypotheses = {12: (dot,), 13: (dot,), 15: (dot, *said), 16: forty}
    for second, words in hypotheses.items():
        policy.plan(arrived=second * SAMPLE_RATE, ended=False)
        update = policy.absorb(Hypothesis(words))
        assert not update.committed
    request = policy.plan(arrived=17 * SAMPLE_RATE, ended=False)
    assert request is not None
    assert request.start <= 13 * SAMPLE_RATE
    assert "." not in request.prompt


@pytest.mark.parametrize("config", HEARING_TWICE, ids=label)
def test_a_prompt_that_makes_the_decoder_loop_twice_is_dropped(config: Mapping[str, Any]) -> None:
    class Poisoned(Scripted):
        """Loops as long as a prompt reminds it of the order."""

        def recognise(self, window: Window) -> Hypothesis:
            heard = super().recognise(window)
            if "order" not in window.prompt:
                return heard
            end = (window.start + len(window.audio)) / SAMPLE_RATE
            return replace(heard, words=tuple(instant([INVENTED] * 40, end)))

    numbers = " ".join(f"n{i}" for i in range(50))
    call = script(f"my order has the numbers {numbers}", pause=0.05)
    recogniser = Poisoned(call)
    policy, clock = policies.build_policy(config), build_clock("unaware")
    steps = list(play_recording("call", silence(length(call)), recogniser, policy, clock))
    assert [word.text for word in iterate_committed(steps)] == [word.text for word in call]
    poisoned = ["order" in w.prompt for w in recogniser.windows if not w.listen_only]
    assert not any(all(three) for three in zip(poisoned, poisoned[1:], poisoned[2:], strict=False))


def test_a_script_is_stuck_in_every_way_that_is_told_apart() -> None:
    """The faults do what their names say: no test above is empty."""
    heard = script("call me back")
    window = Window(silence(2.0), 0, prompt="my name")
    for fault in FAULTS:
        words = fault(make_hearing(window, heard))
        assert list(words) != list(heard)
        assert all(a.start <= b.start for a, b in pairwise(words))
