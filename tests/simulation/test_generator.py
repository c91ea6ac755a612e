"""Calls in real time: packets come when they are due, and a generator that lags is found out."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from functools import partial

import pytest

from streamwer import policies
from streamwer.errors import StreamwerError
from streamwer.simulation import generator
from streamwer.simulation.clock import WallClock
from streamwer.simulation.generator import (
    DuePacket,
    GeneratedSource,
    PacketGenerator,
    schedule_packets,
)
from streamwer.simulation.serving import serve_streams
from streamwer.simulation.stream import Stream
from tests.scripted import Scripted, script, silence

PACKET = 3_200
POLICY = {
    "name": "prompted_buffer",
    "chunk_s": 0.4,
    "buffer_s": 30.0,
    "holdback_s": 0.0,
    "prompt": "committed",
    "prompt_chars": 0,
}


def test_packets_are_due_when_their_last_sample_was_captured() -> None:
    assert schedule_packets(2.0, 7_000, PACKET, 3) == [(2.2, 3), (2.4, 3), (2.4375, 3)]
    assert schedule_packets(0.0, 2 * PACKET, PACKET, 0) == [(0.2, 0), (0.4, 0)]


def test_calls_are_served_in_real_time_and_no_step_hears_what_is_not_due() -> None:
    audio = silence(1.1)
    packets = [
        due for call in (0, 1) for due in schedule_packets(0.1 * call, len(audio), PACKET, call)
    ]
    with PacketGenerator(packets, 2) as generator:
        _interrupt(generator)  # Ctrl-C reaches it as well; whoever plays the calls ends it
        streams = [
            Stream(
                str(call),
                GeneratedSource(audio, PACKET, generator, call),
                policies.build_policy(POLICY),
                0.1 * call,
            )
            for call in (0, 1)
        ]
        steps = list(serve_streams(streams, Scripted(script("yes")), WallClock(generator.origin)))
    assert len(generator.lags) == len(packets)
    assert min(generator.lags) >= 0
    assert {step.recording for step in steps if step.is_last} == {"0", "1"}
    assert all(step.ready <= step.start <= step.emitted for step in steps)
    assert all(step.audio_end <= step.start + 1e-9 for step in steps)


def _interrupt(generator: PacketGenerator) -> None:
    pid = generator._process.pid
    assert pid is not None
    os.kill(pid, signal.SIGINT)


def test_a_generator_that_lags_makes_the_run_invalid() -> None:
    long_ago = [DuePacket(-60.0, 0)] * 100
    with PacketGenerator(long_ago, 1) as generator:
        generator.wait_for_packets(0, 100)
        with pytest.raises(StreamwerError, match=r"invalid: packets were sent \d+\.\d{3} s late"):
            generator.check_lag(1.0)
        assert generator.check_lag(1e6) >= 59


def test_a_generator_that_stops_is_found_out() -> None:
    with (
        PacketGenerator([], 1) as generator,
        pytest.raises(StreamwerError, match="has stopped; run it again"),
    ):
        generator.wait_for_packets(0, 1)


def test_a_generator_that_dies_before_it_is_up_is_found_out() -> None:
    """It has more packets than a pipe takes that nobody reads."""
    many = [DuePacket(60.0, 0)] * 20_000
    with (
        pytest.raises(StreamwerError, match="has stopped; run it again"),
        PacketGenerator(many, 1, partial(int, "no core")),
    ):
        pass
    assert not multiprocessing.active_children()


def test_a_generator_that_does_not_come_up_is_given_up_and_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(generator, "_PATIENCE_S", 0.1)
    with (
        pytest.raises(StreamwerError, match=r"run it again: it gave no sign within 0\.1 s"),
        PacketGenerator([], 1, partial(time.sleep, 60)),
    ):
        pass
    assert not multiprocessing.active_children()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system cannot pin")
def test_the_generator_keeps_to_the_cores_that_it_is_given() -> None:
    core = {max(os.sched_getaffinity(0))}
    with PacketGenerator([DuePacket(60.0, 0)], 1, partial(os.sched_setaffinity, 0, core)):
        (process,) = multiprocessing.active_children()
        assert process.pid
        assert os.sched_getaffinity(process.pid) == core
