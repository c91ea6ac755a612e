"""The policies that trim their buffer right behind the committed words, each by its own rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from streamwer import policies
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.errors import ConfigError
from streamwer.formats.captions.segmentation import CaptionSegmenter
from streamwer.recognisers.base import Window
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import play_recording
from streamwer.types import Hypothesis, StageTimes, Step, Update, Word
from tests.policies.test_streaming_policies import (
    AGREED,
    CUTOFF,
    ENDPOINTED,
    HELD,
    iterate_committed,
    later,
    length,
)
from tests.scripted import Faults, Scripted, script, silence

SHORT = [CUTOFF, HELD, ENDPOINTED, AGREED]
every = pytest.mark.parametrize("config", SHORT, ids=lambda config: config["name"])


def run(
    config: Mapping[str, Any], recogniser: Scripted, seconds: float, clock: str = "unaware"
) -> list[Step]:
    policy = policies.build_policy(config)
    return list(play_recording("call", silence(seconds), recogniser, policy, build_clock(clock)))


def after_one_second(config: Mapping[str, Any], *words: Word, quiet: float = 0.0) -> Update:
    """What the first decoding leads to: after 1 s, or sooner at a pause."""
    return decode(policies.build_policy(config), *words, quiet=quiet)


def decode(policy: policies.Policy, *words: Word, quiet: float = 0.0) -> Update:
    """What the next decoding leads to if these words are heard."""
    while True:
        arrived = int(policy.wants())
        request = policy.plan(arrived, ended=False)
        assert request is not None
        if not request.listen_only:
            return policy.absorb(Hypothesis(words, silence=quiet))
        policy.absorb(Hypothesis(silence=quiet))


class Slow(Scripted):
    """Listening costs it nothing, and a decoding 1.6 s."""

    def recognise(self, window: Window) -> Hypothesis:
        heard = super().recognise(window)
        return replace(heard, compute=StageTimes(decode=0.0 if window.listen_only else 1.6))


def texts(words: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)


def test_attention_cutoff_commits_in_one_step_what_ends_before_the_margin() -> None:
    update = after_one_second(CUTOFF, Word("my", 0.1, 0.4), Word("name", 0.4, 0.9))
    assert (texts(update.committed), texts(update.tentative)) == ("my", "name")


def test_attention_cutoff_commits_nothing_beyond_a_word_it_holds_back() -> None:
    update = after_one_second(CUTOFF, Word("my", 0.1, 0.9), Word("name", 0.4, 0.5))
    assert (texts(update.committed), texts(update.tentative)) == ("", "my name")


def test_hold_last_n_commits_all_but_the_last_words() -> None:
    words = script("we can send", pace=0.2, begin=0.3)
    assert texts(after_one_second(HELD, *words).committed) == "we can"
    assert texts(after_one_second(HELD | {"hold_words": 2}, *words).committed) == "we"
    assert texts(after_one_second(HELD | {"hold_words": 0}, *words).committed) == "we can send"


def test_hold_last_n_can_hold_by_age() -> None:
    words = script("we can send", pace=0.2, begin=0.3)
    young = HELD | {"hold_words": 0, "hold_s": 0.4}
    assert texts(after_one_second(young, *words).committed) == "we"


def test_what_two_hearings_agree_on_is_committed_sooner_than_what_one_says() -> None:
    policy = policies.build_policy(AGREED | {"chunk_s": 0.6})
    name, is_, his = Word("name", 0.5, 0.9), Word("is", 1.0, 1.2), Word("his", 1.0, 1.2)
    first = decode(policy, name, is_)
    assert (texts(first.committed), texts(first.tentative)) == ("", "name is")
    second = decode(policy, name, his)
    assert (texts(second.committed), texts(second.tentative)) == ("name", "his")


def test_a_word_well_before_the_end_of_the_window_needs_no_second_hearing() -> None:
    policy = policies.build_policy(AGREED | {"first_chunk_s": 1.6})
    update = decode(policy, Word("my", 0.2, 0.5), Word("name", 0.5, 0.9))
    assert (texts(update.committed), texts(update.tentative)) == ("my", "name")


def test_an_improbable_word_of_one_hypothesis_waits_for_another() -> None:
    policy = policies.build_policy(AGREED | {"first_chunk_s": 1.6, "doubt_s": 2.0})
    my, aim, name = Word("my", 0.0, 0.3, 0.9), Word("aim", 0.3, 0.5, 0.1), Word("name", 0.5, 0.9)
    assert texts(decode(policy, my, aim, name).committed) == "my"
    assert texts(decode(policy, replace(aim, text="I'm"), name).committed) == ""
    assert texts(decode(policy, replace(aim, text="I'm"), name).committed) == "I'm name"


@pytest.mark.parametrize(("pause_s", "stays"), [(5.0, True), (1.0, False)])
def test_the_words_before_a_short_pause_stay_in_the_prompt(pause_s: float, stays: bool) -> None:
    call = script("please hold the line") + later(6, "thank you for waiting")
    recogniser = Scripted(call)
    run(AGREED | {"prompt_pause_s": pause_s}, recogniser, length(call))
    behind = [window for window in recogniser.windows if window.start > 4 * SAMPLE_RATE]
    decoded = [window for window in behind if not window.listen_only]
    assert decoded
    assert all(("hold" in window.prompt) == stays for window in decoded)


def test_the_first_words_of_a_turn_are_decoded_with_what_follows_them() -> None:
    call = script("we are waiting for the blue order", begin=3.0)
    for first in (1.0, 2.4):
        recogniser = Scripted(call)
        steps = run(AGREED | {"first_chunk_s": first}, recogniser, length(call))
        decoded = next(window for window in recogniser.windows if not window.listen_only)
        heard = (decoded.start + len(decoded.audio)) / SAMPLE_RATE - call[0].start
        assert heard == pytest.approx(first, abs=0.2)
        assert texts(tuple(iterate_committed(steps))) == texts(call)


def test_a_turn_that_is_over_sooner_is_not_kept_waiting_for_more() -> None:
    call = script("yes", begin=3.0, pace=0.3)
    steps = run(AGREED | {"first_chunk_s": 5.0}, Scripted(call), 20.0)
    shown = next(step for step in steps if step.update.committed)
    assert shown.emitted == pytest.approx(call[0].end + 0.8, abs=0.2)


@pytest.mark.parametrize("config", [CUTOFF, HELD, AGREED], ids=lambda config: config["name"])
def test_at_a_pause_everything_is_committed(config: Mapping[str, Any]) -> None:
    pausing = config | {"pause_s": 0.4}
    update = after_one_second(pausing, Word("name", 0.1, 0.5, probability=0.2), quiet=0.45)
    assert texts(update.committed) == "name"


def test_endpointed_decodes_once_for_each_thing_that_is_said() -> None:
    call = script("call me back")
    call += tuple(replace(w, start=w.start + 5, end=w.end + 5) for w in script("on monday"))
    recogniser = Scripted(call)
    steps = run(ENDPOINTED, recogniser, 8.0)
    said = [texts(step.update.committed) for step in steps if step.update.committed]
    assert said == ["call me back", "on monday"]
    decoded = [window for window in recogniser.windows if not window.listen_only]
    assert len(decoded) == 3  # the two, and the end of the stream
    assert not any(step.update.tentative for step in steps)


def test_endpointed_does_not_wait_for_ever_for_a_pause() -> None:
    call = script("one two three four five six seven eight nine ten " * 6)
    steps = run(ENDPOINTED | {"segment_s": 4.0}, Scripted(call), 25.0)
    first = next(step for step in steps if step.update.committed)
    assert first.emitted <= 4.4
    assert [word.text for word in iterate_committed(steps)] == [word.text for word in call]


def test_speech_that_no_window_was_decoded_of_is_no_pause_in_the_captions() -> None:
    call = script("we can send a new battery", begin=0.2) + script("by tuesday", begin=5.0)
    cutter, cues = CaptionSegmenter(), []
    for step in run(AGREED | {"chunk_s": 2.0}, Scripted(call), 8.0):
        cues += cutter.add(step.update.committed, step.audio_end, step.update.has_pending)
    assert [cue.text for cue in cues] == ["we can send a new battery", "by tuesday"]


def test_a_worker_that_is_behind_gets_longer_chunks() -> None:
    call = script("one two three four five six seven eight nine ten " * 6)
    decodings = {}
    for longest in (1.0, 4.0):
        slow = Slow(call)
        steps = run(AGREED | {"longest_chunk_s": longest}, slow, length(call), "measured")
        assert [word.text for word in iterate_committed(steps)] == [word.text for word in call]
        decodings[longest] = sum(not window.listen_only for window in slow.windows)
    assert decodings[4.0] < 0.8 * decodings[1.0]


@every
def test_forty_seconds_on_hold_lose_nothing_and_are_hardly_decoded(
    config: Mapping[str, Any],
) -> None:
    call = script("please hold the line")
    call += tuple(replace(w, start=w.start + 42, end=w.end + 42) for w in script("thank you"))
    recogniser = Scripted(call)
    steps = run(config, recogniser, 45.0)
    assert texts(tuple(iterate_committed(steps))) == "please hold the line thank you"
    held = [w for w in recogniser.windows if 4.0 < w.start / SAMPLE_RATE < 40 and not w.listen_only]
    assert all(len(window.audio) <= 2 * SAMPLE_RATE for window in held)


@every
def test_a_call_that_ends_in_mid_word_ends_with_what_was_heard_of_it(
    config: Mapping[str, Any],
) -> None:
    recogniser = Scripted(script("see you tomorrow", pace=0.5), Faults(cut_words=True))
    steps = run(config, recogniser, 1.5)  # "tomorrow" goes on to 1.7 s
    assert texts(tuple(iterate_committed(steps))) == "see you to…"
    assert steps[-1].is_last


@pytest.mark.parametrize(
    ("config", "key"),
    [
        (CUTOFF | {"left_context_s": 12.0}, "left_context_s"),
        (CUTOFF | {"pause_s": 0.0}, "pause_s"),
        (CUTOFF | {"margin_s": -0.1}, "margin_s"),
        (HELD | {"hold_words": -1}, "hold_words"),
        (ENDPOINTED | {"segment_s": 13.0}, "segment_s"),
        (ENDPOINTED | {"poll_s": 0.0}, "poll_s"),
        (AGREED | {"chunk_s": 0.1}, "chunk_s"),
        (AGREED | {"margin_s": 2.0}, "margin_s"),
        (AGREED | {"certain_margin_s": 0.0}, "margin_s"),
        (AGREED | {"longest_chunk_s": 13.0}, "longest_chunk_s"),
        (AGREED | {"first_chunk_s": -1.0}, "first_chunk_s"),
        (AGREED | {"first_chunk_s": 13.0}, "first_chunk_s"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["name"],
)
def test_values_that_make_no_sense_are_named(config: Mapping[str, Any], key: str) -> None:
    with pytest.raises(ConfigError, match=rf"policy\.{key}="):
        policies.build_policy(config)


@pytest.mark.parametrize("config", [AGREED, ENDPOINTED], ids=lambda config: config["name"])
def test_what_a_decoding_held_back_is_committed_at_the_pause_after_it(
    config: Mapping[str, Any],
) -> None:
    call = script("we are fifteen", pace=0.5)
    recogniser = Scripted(call)
    tight = config | ({"segment_s": 1.8} if config is ENDPOINTED else {"chunk_s": 0.6})
    steps = run(tight, recogniser, 20.0)
    late = next(step for step in steps if "fifteen" in texts(step.update.committed))
    assert late.emitted <= call[2].end + 0.8 + 0.4
    assert all(len(window.audio) <= 3 * SAMPLE_RATE for window in recogniser.windows)


def test_a_full_buffer_moves_on_whatever_times_the_recogniser_gives() -> None:
    class Stretching(Scripted):
        """Its last word always lasts to the end of the window; times lie on no grid."""

        def recognise(self, window: Window) -> Hypothesis:
            begin, seconds = window.start / SAMPLE_RATE, len(window.audio) / SAMPLE_RATE
            words = (Word("one", begin, begin + 0.1037), Word("two", begin + 0.11, begin + seconds))
            self.windows.append(window)
            assert len(self.windows) < 200
            return Hypothesis(words)

    steps = run(CUTOFF, Stretching(()), 60.0)
    assert steps[-1].is_last


@pytest.mark.parametrize("config", [ENDPOINTED, AGREED], ids=lambda config: config["name"])
def test_a_turn_ends_once_at_a_pause_where_its_speech_ended(config: Mapping[str, Any]) -> None:
    """Two turns of words with 3 s between them; none ends where nobody has spoken."""
    spoken = (*script("we need two", begin=1.0), *script("thank you", begin=5.2))
    steps = run(config, Scripted(spoken), 9.0)
    ends = [step.update.turn_end for step in steps if step.update.turn_end]
    assert ends == pytest.approx([2.2, 6.0], abs=0.05)
