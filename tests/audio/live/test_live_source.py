"""Audio that arrives while somebody listens: nothing lost, nothing kept too long, nobody stuck."""

from __future__ import annotations

import fcntl
import math
import os
import sys
import termios
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer import policies
from streamwer.audio.decoding import Samples
from streamwer.audio.live.live_source import LiveSource
from streamwer.audio.live.pipes import AppendAudio, open_pipe, start_feed
from streamwer.recognisers.base import Window
from streamwer.simulation.clock import WallClock
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import play_recording, serve_streams
from streamwer.simulation.stream import Stream
from streamwer.types import Hypothesis, Step, Word
from tests.scripted import Scripted, script, silence

PATIENCE_S = 30.0
SHORT = {
    "name": "attention_cutoff",
    "chunk_s": 1.0,
    "margin_s": 0.2,
    "left_context_s": 1.5,
    "pause_s": 0.8,
    "buffer_s": 12.0,
    "prompt_chars": 100,
}
OFFLINE = {"name": "offline"}


class Hand:
    """A clock that somebody else turns."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def numbered(count: int, first: int = 0) -> Samples:
    return np.arange(first, first + count, dtype=np.float32)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20), st.data())
def test_windows_are_the_audio_that_arrived_however_it_was_cut(
    sizes: Sequence[int], data: st.DataObject
) -> None:
    line, total, start = LiveSource(), sum(sizes), 0
    for i, size in enumerate(sizes):
        line.append(numbered(size, sum(sizes[:i])))
    for _ in range(4):
        start = data.draw(st.integers(start, total))
        end = data.draw(st.integers(start, total))
        assert line.read_window(start, end).tolist() == list(range(start, end))


def test_moments_are_counted_from_the_capture_of_the_first_sample() -> None:
    hand = Hand()
    line = LiveSource(now=hand)
    line.append(numbered(8_000))  # half a second
    hand.time = 100.7
    line.append(numbered(8_000))
    assert line.origin == 99.5
    assert line.await_samples(1) == line.await_samples(8_000) == 0.5
    assert line.await_samples(8_001) == line.await_samples(16_000) == pytest.approx(1.2)
    line.finish()
    assert line.await_samples(math.inf) == pytest.approx(1.2)
    assert line.count_arrived(1.2) == (16_000, True)


def test_what_no_window_can_ask_for_is_forgotten() -> None:
    line = LiveSource()
    for i in range(100):
        line.append(numbered(1_600, 1_600 * i))
        line.read_window(max(0, 1_600 * (i - 4)), 1_600 * (i + 1))
        assert line.buffered_seconds <= 0.5
    assert line.seconds == 10.0


def test_a_source_that_is_too_fast_waits_for_who_listens_and_loses_nothing() -> None:
    line, most = LiveSource(most_s=1.0), 0.0

    def bring(put: AppendAudio) -> None:
        for i in range(200):
            assert put(numbered(1_600, 1_600 * i))

    start_feed(line, bring)
    heard = 0
    while heard < 320_000:
        line.await_samples(heard + 1)
        there = line.count_arrived(0.0).samples
        most = max(most, line.buffered_seconds)
        assert line.read_window(heard, there).tolist() == list(range(heard, there))
        heard = there
    assert most <= 2.0  # what may wait, and the last window


def test_who_waits_for_everything_gets_it_though_it_is_more_than_may_wait() -> None:
    line = LiveSource(most_s=0.5)
    start_feed(line, lambda put: [put(numbered(1_600)) for _ in range(30)] and None)
    line.await_samples(math.inf)
    assert line.count_arrived(0.0) == (48_000, True)


def test_a_hung_up_line_frees_both_sides_though_its_source_is_stuck() -> None:
    line, stuck = LiveSource(most_s=0.1, drain_s=0.1), threading.Event()
    line.append(numbered(3_200))
    feeding = start_feed(line, lambda put: stuck.wait(PATIENCE_S) and None)
    timer = threading.Timer(0.05, line.hang_up)
    timer.start()
    line.await_samples(math.inf)
    assert line.count_arrived(0.0) == (3_200, True)
    assert not line.append(numbered(1_600))
    assert line.count_arrived(0.0) == (3_200, True)
    assert feeding.is_alive()
    stuck.set()


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)


def waiting(descriptor: int) -> int:
    """Bytes in a pipe."""
    return int.from_bytes(fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_what_lies_in_the_pipe_when_the_line_is_hung_up_is_heard(ends: tuple[int, int]) -> None:
    reading, writing = ends
    line = LiveSource(most_s=0.1, drain_s=PATIENCE_S)
    os.write(writing, b"\1\0" * 20_000)
    feeding = start_feed(line, open_pipe(reading, None, None, "standard input"))
    while line.count_arrived(0.0).samples < 20_000:
        time.sleep(0.001)
    # So much waits to be heard that the pipe is left alone, and its writer has not ended.
    os.write(writing, b"\2\0" * 10_000 + b"\3")
    assert waiting(reading) == 20_001
    line.hang_up()
    line.await_samples(math.inf)
    assert line.count_arrived(0.0) == (30_000, True)
    assert line.read_window(19_999, 20_001).tolist() == [1 / 32768, 2 / 32768]
    feeding.join(PATIENCE_S)
    assert not feeding.is_alive()


def test_a_writer_that_never_stops_does_not_keep_a_call_from_ending(ends: tuple[int, int]) -> None:
    reading, writing = ends
    line, over = LiveSource(drain_s=PATIENCE_S), threading.Event()

    def write() -> None:
        while not over.is_set():
            os.write(writing, bytes(4096))

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    feeding = start_feed(line, open_pipe(reading, None, None, "standard input"))
    assert line.wait_for_audio()
    line.hang_up()
    feeding.join(PATIENCE_S)
    assert not feeding.is_alive()
    assert line.count_arrived(0.0).is_complete
    over.set()
    os.set_blocking(reading, False)  # the writer may have ended: then nothing more comes
    while writer.is_alive():
        with suppress(BlockingIOError):
            os.read(reading, 1 << 16)


def test_of_a_stalled_pipe_nothing_more_is_awaited(ends: tuple[int, int]) -> None:
    line = LiveSource(drain_s=PATIENCE_S)
    feeding = start_feed(line, open_pipe(ends[0], None, None, "standard input"))
    os.write(ends[1], b"\1\0" * 320)
    assert line.wait_for_audio()
    line.hang_up()
    feeding.join(PATIENCE_S)
    assert line.count_arrived(0.0) == (320, True)


def test_an_error_of_the_source_ends_the_line_and_is_kept() -> None:
    line, trouble = LiveSource(), OSError("unplugged")

    def bring(put: AppendAudio) -> None:
        put(numbered(1_600))
        raise trouble

    start_feed(line, bring).join(PATIENCE_S)
    assert line.wait_for_audio()
    assert line.count_arrived(0.0) == (1_600, True)
    assert line.error is trouble


def test_a_line_without_any_sound_never_begins() -> None:
    line = LiveSource()
    line.finish()
    assert not line.wait_for_audio()


class Timed:
    """A recogniser during whose calls the audio of a script goes on arriving."""

    def __init__(self, words: Sequence[Word], line: LiveSource, hand: Hand, cost_s: float) -> None:
        self._inner, self._line, self._hand, self._cost = Scripted(words), line, hand, cost_s
        self.windows = self._inner.windows

    def recognise(self, window: Window) -> Hypothesis:
        for _ in range(round(self._cost / 0.1)):
            self._hand.time += 0.1
            self._line.append(silence(0.1))
        return self._inner.recognise(window)


def test_audio_that_arrives_while_a_step_computes_is_in_the_next_window() -> None:
    hand = Hand()
    line = LiveSource(now=hand)
    line.append(silence(1.0))
    recogniser = Timed(script("one two three four five six seven"), line, hand, cost_s=1.5)
    stream = Stream("call", line, policies.build_policy(SHORT))
    steps = serve_streams([stream], recogniser, build_clock("unaware"))
    ends = [next(steps).audio_end for _ in range(3)]
    assert ends == pytest.approx([1.0, 2.5, 4.0])


@pytest.mark.parametrize("policy", [SHORT, OFFLINE], ids=lambda values: str(values["name"]))
def test_a_line_that_is_all_there_gives_the_words_of_the_recording(
    policy: dict[str, object],
) -> None:
    said = script("hello this is a call about the weather in town " * 6, pause=0.1)
    audio = silence(said[-1].end + 0.3)
    line = LiveSource()
    for block in np.array_split(audio, 50):
        line.append(block)
    line.finish()
    assert line.wait_for_audio()
    live = serve_streams(
        [Stream("call", line, policies.build_policy(policy))],
        Scripted(said),
        WallClock(line.origin),
    )
    played = play_recording(
        "call", audio, Scripted(said), policies.build_policy(policy), build_clock("unaware")
    )
    assert heard(list(live)) == heard(list(played)) == [word.text for word in said]


def heard(steps: Sequence[Step]) -> list[str]:
    assert [step.is_last for step in steps] == [False] * (len(steps) - 1) + [True]
    return [word.text for step in steps for word in step.update.committed]
