"""Streams that come by a network: steps hear what has arrived, and are ready when it has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer import eventlog
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.datasets.augmentation.network import Network, PacketNetwork
from streamwer.eventlog.log import EventLog
from streamwer.policies.local_agreement import LocalAgreement
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.network import NetworkSource
from streamwer.simulation.serving import play_recording
from streamwer.types import Step
from tests.scripted import Scripted, script, silence

WORDS = script("one two three four five six seven eight nine ten", pace=0.4)


def run(network: Network.Config | None, cost: float = 0.0, seconds: float = 5.0) -> list[Step]:
    policy = LocalAgreement(chunk_s=1.0)
    recogniser = Scripted(WORDS, cost=lambda call: cost)
    journey = PacketNetwork(network, "call") if network else None
    audio = silence(seconds)
    return list(play_recording("call", audio, recogniser, policy, build_clock("measured"), journey))


def test_a_delay_makes_everything_later_by_it() -> None:
    plain, late = run(None, 0.2), run(Network.Config(delay_s=0.3), 0.2)
    assert [step.audio_end for step in late] == [step.audio_end for step in plain]
    assert [step.emitted for step in late] == pytest.approx([step.emitted + 0.3 for step in plain])
    assert [step.ready for step in late] == pytest.approx([step.ready + 0.3 for step in plain])


def test_a_network_that_does_nothing_leaves_the_log_as_it_is(tmp_path: Path) -> None:
    """To the byte, where chunks are whole packets."""
    network = Network.Config(delay_s=0, packet_s=1 / 16, buffer_s=0)
    for name, steps in {"direct": run(None), "network": run(network)}.items():
        eventlog.write_log(tmp_path / name, EventLog(tuple(steps)))
    direct, by_network = (tmp_path / name / "events.parquet" for name in ("direct", "network"))
    assert direct.read_bytes() == by_network.read_bytes()


def test_a_packet_that_is_awaited_holds_up_those_after_it() -> None:
    audio = silence(1.0)
    packets = NetworkSource(
        audio, PacketNetwork(Network.Config(loss=0.3, delay_s=0.0, buffer_s=0.5), "call")
    )
    moments = np.arange(0, 1.6, 0.001)
    heard = [packets.count_arrived(moment).samples for moment in moments]
    assert heard == sorted(heard)
    assert max(np.diff(heard)) > 320  # a gap is filled, and what came behind it is heard at once
    assert packets.count_arrived(1.5) == (len(audio), True)


@given(
    st.floats(0, 0.3),
    st.floats(0, 0.2),
    st.floats(0, 0.45),
    st.floats(0, 0.3),
    st.floats(0, 0.8),
    st.integers(0, 99),
)
def test_steps_against_a_caller_who_counts_packets(
    delay_s: float, jitter_s: float, loss: float, buffer_s: float, cost: float, seed: int
) -> None:
    """Each step begins when its chunk is there and the worker is free, and hears all that is."""
    network = Network.Config(
        delay_s=delay_s, jitter_s=jitter_s, loss=loss, buffer_s=buffer_s, seed=seed
    )
    steps = run(network, cost)
    delivered = PacketNetwork(network, "call").transmit(silence(5.0))
    free, done = 0.0, 0
    for step in steps:
        wanted = min(done + SAMPLE_RATE, 5 * SAMPLE_RATE)
        needed = next(k for k in range(1, 251) if k * 320 >= wanted)
        ready = max(delivered.available[:needed])
        start = max(ready, free)
        heard = sum(1 for k in range(250) if max(delivered.available[: k + 1]) <= start + 1e-9)
        assert step.ready == pytest.approx(ready)
        assert step.start == pytest.approx(start)
        assert step.audio_end == pytest.approx(heard * 0.02)
        assert step.emitted == pytest.approx(start + cost)
        free, done = step.emitted, heard * 320
    assert steps[-1].is_last
    said = [word.text for step in steps for word in step.update.committed]
    assert said == [word.text for word in WORDS]
