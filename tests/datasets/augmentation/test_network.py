"""Packets: what arrives when, what is lost, and what is heard instead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.datasets.augmentation.network import Network, PacketNetwork, ReceivedAudio
from tests.datasets.augmentation.sounds import tone

LONG = tone(440, 60)


def deliver(audio: Samples = LONG, recording: str = "call", **keys: object) -> ReceivedAudio:
    return PacketNetwork(replace(Network.Config(), **keys), recording).transmit(audio)  # type: ignore[arg-type]


def test_a_network_without_chance_delays_and_nothing_else() -> None:
    delivered = deliver(LONG, delay_s=0.3)
    assert delivered.audio is LONG
    assert (delivered.lost, delivered.late) == (0, 0)
    packets = np.arange(1, 3001) * 0.02
    assert delivered.available == pytest.approx(packets + 0.3)


def test_the_last_packet_may_be_short() -> None:
    delivered = deliver(LONG[:500], delay_s=0)
    assert delivered.available == pytest.approx([0.02, 500 / SAMPLE_RATE])


@pytest.mark.parametrize(("loss", "burst"), [(0.05, 1), (0.05, 5), (0.3, 3), (0.5, 10)])
def test_losses_are_as_many_and_as_long_as_they_say(loss: float, burst: float) -> None:
    """Over 20 calls: the share of packets, and the mean length of a run of lost ones."""
    lost, runs = [], 0
    for call in range(20):
        filled = deliver(
            np.ones_like(LONG), str(call), loss=loss, burst=burst, concealment="silence"
        )
        gone = filled.audio[::320] == 0
        assert gone.sum() == filled.lost
        lost.append(gone.mean())
        runs += int(gone[0]) + int((gone[1:] & ~gone[:-1]).sum())
    assert np.mean(lost) == pytest.approx(loss, rel=0.1)
    assert sum(lost) * 3000 / runs == pytest.approx(burst, rel=0.1)


def test_silence_is_what_a_gap_leaves_without_concealment() -> None:
    delivered = deliver(loss=0.2, concealment="silence")
    packets = delivered.audio.reshape(-1, 320)
    silent = np.all(packets == 0, axis=1)
    assert silent.sum() == delivered.lost > 0
    assert np.array_equal(packets[~silent], LONG.reshape(-1, 320)[~silent])


def test_concealment_repeats_the_packet_before_and_fades() -> None:
    sent = np.ones(100 * 320, np.float32)
    packets = deliver(sent, loss=0.3, burst=6).audio.reshape(-1, 320)
    gone = ~np.all(packets == 1, axis=1)
    first = next(at for at in range(1, 100) if gone[at : at + 4].all() and not gone[at - 1])
    fade = 1 - np.arange(320 * 3) / (0.06 * SAMPLE_RATE)
    assert packets[first : first + 3].ravel() == pytest.approx(fade)
    assert not packets[first + 3].any()


def test_a_packet_that_is_not_waited_for_is_late() -> None:
    patient = deliver(jitter_s=0.03, buffer_s=60)
    assert (patient.late, patient.lost) == (0, 0)
    assert np.array_equal(patient.audio, LONG)
    hasty = deliver(jitter_s=0.03, buffer_s=0.06)
    assert hasty.lost == 0
    assert hasty.late / 3000 == pytest.approx(np.exp(-0.06 / 0.03), rel=0.15)
    assert not np.array_equal(hasty.audio, LONG)


def test_what_is_lost_depends_on_seed_and_recording_and_nothing_else() -> None:
    keys = {"loss": 0.2, "jitter_s": 0.01}
    first = deliver(**keys)
    again = deliver(concealment="silence", **keys)
    assert np.array_equal(first.available, again.available)
    assert first.lost == again.lost
    for other in (deliver(seed=2, **keys), deliver(recording="another", **keys)):
        assert not np.array_equal(first.available, other.available)


@given(
    st.integers(0, 4000),
    st.sampled_from([0.01, 0.02, 0.0313]),
    st.floats(0, 0.1),
    st.floats(0, 0.1),
    st.floats(0, 0.45),
    st.floats(0, 0.2),
    st.integers(0, 1000),
)
def test_a_receiver_hands_on_what_is_whole_as_soon_as_it_can(
    n: int,
    packet_s: float,
    delay_s: float,
    jitter_s: float,
    loss: float,
    buffer_s: float,
    seed: int,
) -> None:
    """Against a receiver that looks at its clock every time something can have changed."""
    network = Network.Config(
        packet_s=packet_s,
        delay_s=delay_s,
        jitter_s=jitter_s,
        loss=loss,
        buffer_s=buffer_s,
        seed=seed,
        concealment="silence",
    )
    journey = PacketNetwork(network, "call")
    delivered = journey.transmit(np.ones(n, np.float32))
    size = delivered.size
    captured = [min((at + 1) * size, n) / SAMPLE_RATE for at in range(-(-n // size))]
    arrival = journey._send(np.array(captured))[0] if captured else []
    waiting, here, missing = 0, [], []
    moments = sorted({*arrival, *(each + delay_s + buffer_s for each in captured)} - {np.inf})
    for now in moments:
        while waiting < len(captured):
            if (
                arrival[waiting] <= now
                and arrival[waiting] <= captured[waiting] + delay_s + buffer_s
            ):
                missing.append(False)
            elif captured[waiting] + delay_s + buffer_s <= now:
                missing.append(True)
            else:
                break
            here.append(now)
            waiting += 1
    assert delivered.available == pytest.approx(here)
    assert delivered.lost + delivered.late == sum(missing)
    assert [bool(delivered.audio[at * size] == 0) for at in range(len(captured))] == missing
