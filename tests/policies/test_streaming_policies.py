"""What every policy must keep to, whatever the recogniser does and however audio arrives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamwer import policies
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import play_recording
from streamwer.types import Step, Word
from tests.scripted import Faults, Scripted, script, silence

PROMPTED = {
    "name": "prompted_buffer",
    "chunk_s": 1.0,
    "buffer_s": 12.0,
    "holdback_s": 1.0,
    "prompt": "committed",
    "prompt_chars": 200,
}
AGREEMENT = {
    "name": "local_agreement",
    "chunk_s": 1.0,
    "agreement": 2,
    "trim_s": 15.0,
    "left_context_s": 0.0,
    "buffer_s": 28.0,
    "prompt_chars": 200,
}
TRIMMED = {
    "chunk_s": 1.0,
    "left_context_s": 1.0,
    "pause_s": 0.8,
    "buffer_s": 12.0,
    "prompt_chars": 200,
}
CUTOFF = TRIMMED | {"name": "attention_cutoff", "margin_s": 0.2}
HELD = TRIMMED | {"name": "hold_last_n", "hold_words": 1, "hold_s": 0.0}
LISTENING = {key: value for key, value in TRIMMED.items() if key != "chunk_s"} | {"poll_s": 0.2}
ENDPOINTED = LISTENING | {"name": "endpointed", "segment_s": 10.0}
AGREED = LISTENING | {
    "name": "prefix_agreement",
    "chunk_s": 1.0,
    "first_chunk_s": 1.0,
    "longest_chunk_s": 4.0,
    "margin_s": 0.1,
    "certain_margin_s": 1.0,
}
SHORT = [
    CUTOFF,
    CUTOFF | {"left_context_s": 0.0},
    HELD,
    HELD | {"hold_words": 0, "hold_s": 0.5},
    ENDPOINTED,
    AGREED,
    AGREED | {"left_context_s": 3.0, "first_chunk_s": 1.6},
]
STREAMING = [
    PROMPTED,
    PROMPTED | {"prompt": "previous"},
    AGREEMENT,
    AGREEMENT | {"agreement": 3},
    AGREEMENT | {"trim_s": 5.0, "left_context_s": 1.5},
    *SHORT,
]
ALL = [{"name": "offline"}, *STREAMING]

VOCABULARY = "one two two three no no please call me back on monday the the a blue order".split()


def label(config: Mapping[str, Any]) -> str:
    keys = ("name", "prompt", "agreement", "left_context_s", "hold_words")
    return "-".join(str(config[key]) for key in keys if key in config)


every_policy = pytest.mark.parametrize("config", ALL, ids=label)
streaming_policies = pytest.mark.parametrize("config", STREAMING, ids=label)


@st.composite
def calls(draw: st.DrawFn) -> tuple[Word, ...]:
    """Words at a natural pace with pauses, some of them long holds; speech repeats itself."""
    words, at = [], draw(st.floats(0.0, 3.0))
    for token in draw(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=60)):
        length = draw(st.floats(0.15, 0.6))
        words.append(Word(token, round(at, 3), round(at + length, 3)))
        at += length + draw(st.sampled_from([0.0] * 12 + [0.3, 1.5, 22.0]))
    return tuple(words)


def run(config: Mapping[str, Any], recogniser: Scripted, seconds: float, clock: str) -> list[Step]:
    policy = policies.build_policy(config)
    return list(play_recording("call", silence(seconds), recogniser, policy, build_clock(clock)))


def later(seconds: float, text: str) -> tuple[Word, ...]:
    """Words that are said so long after the beginning of the call."""
    return script(text, begin=seconds + 0.2)


def iterate_committed(steps: list[Step]) -> Iterator[Word]:
    return (word for step in steps for word in step.update.committed)


def length(words: tuple[Word, ...]) -> float:
    return words[-1].end + 0.4


@every_policy
@settings(max_examples=40, deadline=None)
@given(call=calls(), chunk=st.floats(0.3, 3.0), busy=st.floats(0.0, 2.5), forces=st.booleans())
def test_nothing_is_lost_and_nothing_is_said_twice(
    config: Mapping[str, Any], call: tuple[Word, ...], chunk: float, busy: float, forces: bool
) -> None:
    chunked = config | {"chunk_s": chunk} if "chunk_s" in config else config
    recogniser = Scripted(call, cost=lambda n: busy, forces=forces)
    steps = run(chunked, recogniser, length(call), "measured")
    assert [word.text for word in iterate_committed(steps)] == [word.text for word in call]


@streaming_policies
@settings(max_examples=40, deadline=None)
@given(call=calls(), seed=st.integers(0, 2**16))
def test_words_cut_by_the_window_are_heard_whole_in_the_end(
    config: Mapping[str, Any], call: tuple[Word, ...], seed: int
) -> None:
    recogniser = Scripted(call, Faults(cut_words=True), seed=seed)
    steps = run(config, recogniser, length(call), "unaware")
    assert [word.text for word in iterate_committed(steps)] == [word.text for word in call]


@streaming_policies
@pytest.mark.parametrize("seed", range(5))
def test_jittering_word_times_lose_no_words(config: Mapping[str, Any], seed: int) -> None:
    call = script("my number is five five two oh two two nine no no that is not it" * 3, pause=0.05)
    recogniser = Scripted(call, Faults(jitter=0.06), seed=seed)
    steps = run(config, recogniser, length(call), "unaware")
    assert [word.text for word in iterate_committed(steps)] == [word.text for word in call]


@streaming_policies
@settings(max_examples=40, deadline=None)
@given(call=calls(), seed=st.integers(0, 2**16), forces=st.booleans())
def test_a_decoding_in_a_loop_is_cut_counted_and_kept_out_of_the_prompt(
    config: Mapping[str, Any], call: tuple[Word, ...], seed: int, forces: bool
) -> None:
    numbered = tuple(replace(word, text=f"w{i}") for i, word in enumerate(call))
    recogniser = Scripted(numbered, Faults(repeat=0.3), seed=seed, forces=forces)
    steps = run(config, recogniser, length(call), "unaware")
    said = [word.text for word in iterate_committed(steps)]
    assert said == [word.text for word in numbered]
    assert sum(step.update.cut for step in steps) == recogniser.looped_words
    for window in recogniser.windows:
        shown = window.prompt.split()
        assert len(shown) == len(set(shown))


@every_policy
@settings(max_examples=40, deadline=None)
@given(
    call=calls(),
    seed=st.integers(0, 2**16),
    jitter=st.floats(0, 0.4),
    hallucinate=st.floats(0, 1),
    deaf=st.floats(0, 1),
)
def test_a_bad_recogniser_cannot_break_the_promises(
    config: Mapping[str, Any],
    call: tuple[Word, ...],
    seed: int,
    jitter: float,
    hallucinate: float,
    deaf: float,
) -> None:
    faults = Faults(jitter=jitter, cut_words=True, hallucinate=hallucinate, deaf=deaf)
    recogniser = Scripted(call, faults, seed=seed)
    seconds = length(call)
    steps = run(config, recogniser, seconds, "unaware")
    bound = config.get("buffer_s", seconds)
    assert all(len(w.audio) <= bound * SAMPLE_RATE + 1 for w in recogniser.windows)
    assert [step.is_last for step in steps] == [False] * (len(steps) - 1) + [True]
    assert steps[-1].audio_end == pytest.approx(seconds, abs=1e-4)
    assert not steps[-1].update.tentative
    ends = [word.end for word in iterate_committed(steps)]
    assert all(a <= b for a, b in pairwise(ends)) or config["name"] == "offline"
    begins = [window.start for window in recogniser.windows]
    assert begins == sorted(begins)  # what lies behind a window may be forgotten
    heard_to = 0
    for window in recogniser.windows:  # no audio is skipped unheard
        assert window.start <= heard_to
        heard_to = window.start + len(window.audio)


@streaming_policies
def test_a_long_silence_costs_bounded_windows_and_loses_nothing(config: Mapping[str, Any]) -> None:
    call = script("please hold the line") + later(600, "thank you for waiting")
    recogniser = Scripted(call)
    steps = run(config, recogniser, length(call), "unaware")
    assert [word.text for word in iterate_committed(steps)] == [word.text for word in call]
    longest = max(len(window.audio) for window in recogniser.windows) / SAMPLE_RATE
    assert longest <= config["buffer_s"]


@streaming_policies
def test_behind_a_pause_a_call_is_decoded_as_if_it_began_there(config: Mapping[str, Any]) -> None:
    call = script("please hold the line") + later(40, "thank you for waiting")
    recogniser = Scripted(call)
    run(config, recogniser, length(call), "unaware")
    behind = [window for window in recogniser.windows if window.start > 38 * SAMPLE_RATE]
    assert behind
    assert not any("hold" in window.prompt + window.prefix for window in behind)


@streaming_policies
def test_the_prompt_of_a_script_without_spaces_has_none_and_is_not_lost(
    config: Mapping[str, Any],
) -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 240)))
    said = [Word(c, i * 0.2 + 0.1, i * 0.2 + 0.3) for i, c in enumerate(text)]
    recogniser = Scripted(said)
    steps = run(config, recogniser, length(tuple(said)), "unaware")
    assert [word.text for word in iterate_committed(steps)] == [word.text for word in said]
    last = recogniser.windows[-1].prompt
    assert last in text
    assert 100 < len(last) <= 200


@pytest.mark.parametrize("trim_s", [2.0, 8.0])
def test_a_buffer_that_may_only_be_trimmed_when_it_is_full_still_moves_on(trim_s: float) -> None:
    tight = AGREEMENT | {"chunk_s": 0.5, "trim_s": trim_s, "buffer_s": trim_s}
    steps = run(tight, Scripted(script("one two three")), 60.0, "unaware")
    assert steps[-1].audio_end == 60.0
    assert [word.text for word in iterate_committed(steps)] == "one two three".split()


@every_policy
@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_hardly_any_audio_is_one_step_without_words(
    config: Mapping[str, Any], seconds: float
) -> None:
    steps = run(config, Scripted(()), seconds, "unaware")
    assert [step.is_last for step in steps] == [True]
    assert not list(iterate_committed(steps))
