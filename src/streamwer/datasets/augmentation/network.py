"""A packet network between the caller and the recogniser: delay, jitter and loss.

The receiver waits for a packet until its deadline, and then fills the gap: it hands on a contiguous
sound, as soon as it has it. A packet that comes after its deadline is of no use any more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streamwer.audio import seconds_to_samples
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.condition import NETWORK, EffectChain
from streamwer.config.registry import condition
from streamwer.config.settings import setting
from streamwer.datasets.augmentation.base import Effect, EffectConfig
from streamwer.datasets.augmentation.dsp import Floats, create_generator
from streamwer.errors import ConfigError

Flags = NDArray[np.bool_]

_LONGEST_FILL_S = 0.06
"""A gap is filled with the packet before it, which fades to nothing in this time."""


@condition(NETWORK)
class Network(Effect):
    """Packets when a recording is played; nothing is done to the recording itself."""

    @dataclass
    class Config(EffectConfig):
        """The packets and what happens to them."""

        packet_s: float = setting(
            0.02, "length of a packet", unit="seconds", at_least=0.0025, at_most=1
        )
        delay_s: float = setting(
            0.05, "what every packet takes on its way", unit="seconds", at_least=0, at_most=60
        )
        jitter_s: float = setting(
            0.0,
            "mean of what a packet takes on top, exponentially distributed",
            unit="seconds",
            at_least=0,
            at_most=60,
        )
        loss: float = setting(0.0, "share of packets that never arrive", at_least=0, below=1)
        burst: float = setting(1.0, "mean number of packets lost in a row", at_least=1)
        buffer_s: float = setting(
            0.1,
            "how long after delay_s a packet is waited for; then its gap is filled, and it is late",
            unit="seconds",
            at_least=0,
            at_most=60,
        )
        concealment: str = setting(
            "repeat",
            "what a gap is filled with: silence, or the packet before it repeated and faded",
            one_of=("silence", "repeat"),
        )
        seed: int = setting(
            1, "another seed gives each recording other losses and delays", at_least=0
        )

    config: Config

    @staticmethod
    def check_config(name: str, config: Config) -> None:
        """Refuse bursts that are too short for the share of packets that are lost."""
        # A share p of packets in bursts of mean length b needs pauses of mean length b (1 - p) / p.
        if config.loss and config.burst * (1 - config.loss) / config.loss < 1:
            problem = f"burst={config.burst} is too short for loss={config.loss}"
            raise ConfigError(f"condition.{name}.{problem}")


def find_network(chain: EffectChain) -> Network.Config | None:
    """Find the network that a chain ends in."""
    last = chain.steps[-1].config if chain.steps else None
    return last if isinstance(last, Network.Config) else None


@dataclass(frozen=True)
class ReceivedAudio:
    """A recording as it comes out of the network.

    Attributes:
        audio: with the gaps filled, of the same length.
        size: samples of a packet; the last one may be shorter.
        available: when each packet and all before it can be heard, rising, seconds; shape (k,).
        lost: how many packets never came.
        late: how many came after their gap had been filled.
    """

    audio: Samples
    size: int
    available: Floats
    lost: int
    late: int


@dataclass(frozen=True)
class PacketNetwork:
    """The network of one recording, whose id decides every random number."""

    network: Network.Config
    recording: str

    def transmit(self, audio: Samples) -> ReceivedAudio:
        """Send a recording, float32 of shape (n,), in packets captured one after the other."""
        size = max(1, seconds_to_samples(self.network.packet_s))
        ends = np.minimum(np.arange(1, -(-len(audio) // size) + 1) * size, len(audio))
        captured = ends / SAMPLE_RATE
        arrival, lost = self._send(captured)
        deadline = captured + self.network.delay_s + self.network.buffer_s
        missing = arrival > deadline
        return ReceivedAudio(
            audio=_fill_gaps(audio, missing, size, self.network.concealment),
            size=size,
            available=np.maximum.accumulate(np.minimum(arrival, deadline)),
            lost=int(lost.sum()),
            late=int((missing & ~lost).sum()),
        )

    def _send(self, captured: Floats) -> tuple[Floats, Flags]:
        """Draw when each packet arrives, infinite for those that are lost; and which those are."""
        network = self.network
        random = create_generator(network.seed, "network", self.recording)
        lost = _draw_losses(len(captured), network.loss, network.burst, random)
        jitter = network.jitter_s * random.standard_exponential(len(captured))
        arrival = np.where(lost, np.inf, captured + network.delay_s + jitter)
        return arrival, lost


def _draw_losses(n: int, loss: float, burst: float, random: np.random.Generator) -> Flags:
    """Draw which packets are lost: runs of mean length `burst` (Gilbert 1960, two states)."""
    drawn = random.random(n + 1)
    lost = np.zeros(n, np.bool_)
    if loss == 0:
        return lost
    begins, goes_on = loss / (burst * (1 - loss)), 1 - 1 / burst
    state = bool(drawn[n] < loss)
    for at in range(n):
        state = bool(drawn[at] < (goes_on if state else begins)) if at else state
        lost[at] = state
    return lost


def _fill_gaps(audio: Samples, missing: Flags, size: int, concealment: str) -> Samples:
    """Fill gaps with silence, or with the packet before them again and again, fading."""
    if not missing.any():
        return audio
    filled = audio.copy()
    before = np.zeros(size, np.float32)
    gap = 0
    for at, is_missing in enumerate(missing):
        part = filled[at * size : (at + 1) * size]
        if not is_missing:
            before, gap = part, 0
            continue
        part[:] = 0 if concealment == "silence" else _fade(before, gap)[: len(part)]
        gap += len(part)
    return filled


def _fade(before: Samples, since: int) -> Samples:
    """Return a packet's sound, `since` samples into the gap after it."""
    at = since + np.arange(len(before))
    fade = np.clip(1 - at / seconds_to_samples(_LONGEST_FILL_S), 0, 1)
    faded: Samples = (before * fade).astype(np.float32)
    return faded
