"""Every file of conf/condition does to a sound what its name promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from streamwer import audio
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.compose import compose_config
from streamwer.config.condition import EffectChain
from streamwer.config.experiment import list_conditions, parse_config
from streamwer.datasets.augmentation.base import RecordingContext
from streamwer.datasets.augmentation.effects import apply_effects
from streamwer.datasets.augmentation.network import PacketNetwork, find_network

NARROW = ("telephone", "telephone_alaw", "narrow_band", "gsm", "gsm_low", "g723", "opus_6k")
NETWORKS = (
    "jitter",
    "late_packets",
    "packet_loss",
    "packet_loss_concealed",
    "packet_loss_bursts",
)
WIDE = ("g722", "opus_12k", "opus_24k")
ONE_MINUTE = np.zeros(60 * SAMPLE_RATE, np.float32)


@pytest.fixture(scope="module")
def chains() -> dict[str, EffectChain]:
    """All at once: composing takes longer than everything else here."""
    names = ",".join((*NARROW, *WIDE, *NETWORKS))
    found = list_conditions(
        parse_config(compose_config([f"condition=[{names}]", f"conditions=[{names}]"]))
    )
    return {chain.name: chain for chain in found}


@pytest.fixture(scope="module")
def speech() -> Samples:
    """Two seconds of a call with a faint hiss, so that every frequency is there."""
    call = audio.load_audio(Path("data/toy_calls/call_01.flac"))[SAMPLE_RATE : 3 * SAMPLE_RATE]
    hiss = np.random.default_rng(1).normal(0, 0.02, len(call))
    return np.asarray(call + hiss, np.float32)


def above(signal: Samples, hertz: float) -> float:
    """Level of what is above a frequency, in decibels."""
    power = np.abs(np.fft.rfft(signal)) ** 2
    return float(10 * np.log10(power[np.fft.rfftfreq(len(signal), 1 / SAMPLE_RATE) > hertz].sum()))


@pytest.mark.parametrize("name", [*NARROW, *WIDE])
def test_a_line_has_the_band_that_it_is_known_for(
    name: str, speech: Samples, chains: dict[str, EffectChain]
) -> None:
    heard, _ = apply_effects(speech, (), chains[name], RecordingContext("call"))
    lost = above(speech, 4200) - above(heard, 4200)
    assert lost > 25 if name in NARROW else lost < 8
    assert np.sqrt(np.mean(heard**2) / np.mean(speech**2)) > 0.5  # and it is there


@pytest.mark.parametrize(
    ("name", "lost", "late"),
    zip(NETWORKS, (0, 0, 1 / 20, 1 / 20, 1 / 20), (0, 1 / 7, 0, 0, 0), strict=True),
)
def test_a_network_loses_and_delays_the_share_that_it_says(
    name: str, lost: float, late: float, chains: dict[str, EffectChain]
) -> None:
    network = find_network(chains[name])
    assert network
    calls = [PacketNetwork(network, f"call-{n}").transmit(ONE_MINUTE) for n in range(4)]
    packets = sum(len(each.available) for each in calls)
    assert sum(each.lost for each in calls) / packets == pytest.approx(lost, abs=0.015)
    assert sum(each.late for each in calls) / packets == pytest.approx(late, abs=0.015)
