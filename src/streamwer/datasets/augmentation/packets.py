"""What a packet network does to a recording: when each part of it arrives, and what does not.

The receiver waits for a packet until its deadline, and then fills the gap: it hands on a contiguous
sound, as soon as it has it. A packet that comes after its deadline is of no use any more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streamwer.audio import samples
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.condition import NetworkConfig
from streamwer.datasets.augmentation.random_numbers import generator

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LONGEST_FILL_S = 0.06
"""A gap is filled with the packet before it, which fades to nothing in this time."""


@dataclass(frozen=True)
class Delivered:
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
class Journey:
    """How one recording arrives: the network, and the id that decides what chance does there."""

    network: NetworkConfig
    recording: str

    def deliver(self, audio: Samples) -> Delivered:
        """Send a recording, in packets captured one after the other."""
        size = max(1, samples(self.network.packet_s))
        ends = np.minimum(np.arange(1, -(-len(audio) // size) + 1) * size, len(audio))
        captured = ends / SAMPLE_RATE
        arrival, lost = self._sent(captured)
        deadline = captured + self.network.delay_s + self.network.buffer_s
        missing = arrival > deadline
        return Delivered(
            audio=_filled(audio, missing, size, self.network.concealment),
            size=size,
            available=np.maximum.accumulate(np.minimum(arrival, deadline)),
            lost=int(lost.sum()),
            late=int((missing & ~lost).sum()),
        )

    def _sent(self, captured: Floats) -> tuple[Floats, Flags]:
        """When each packet arrives, infinite for those that are lost; and which those are."""
        network = self.network
        chance = generator(network.seed, "network", self.recording)
        lost = _losses(len(captured), network.loss, network.burst, chance)
        jitter = network.jitter_s * chance.standard_exponential(len(captured))
        arrival = np.where(lost, np.inf, captured + network.delay_s + jitter)
        return arrival, lost


def _losses(n: int, loss: float, burst: float, chance: np.random.Generator) -> Flags:
    """Gilbert's two states: a share `loss` of packets, in runs of mean length `burst`."""
    drawn = chance.random(n + 1)
    lost = np.zeros(n, np.bool_)
    if loss == 0:
        return lost
    begins, goes_on = loss / (burst * (1 - loss)), 1 - 1 / burst
    state = bool(drawn[n] < loss)
    for at in range(n):
        state = bool(drawn[at] < (goes_on if state else begins)) if at else state
        lost[at] = state
    return lost


def _filled(audio: Samples, missing: Flags, size: int, concealment: str) -> Samples:
    """Silence, or the packet before the gap again and again, fading."""
    if not missing.any():
        return audio
    filled = audio.copy()
    before = np.zeros(size, np.float32)
    gap = 0
    for at, gone in enumerate(missing):
        part = filled[at * size : (at + 1) * size]
        if not gone:
            before, gap = part, 0
            continue
        part[:] = 0 if concealment == "silence" else _faded(before, gap)[: len(part)]
        gap += len(part)
    return filled


def _faded(before: Samples, since: int) -> Samples:
    """A packet's sound, `since` samples into the gap after it."""
    at = since + np.arange(len(before))
    fade = np.clip(1 - at / samples(_LONGEST_FILL_S), 0, 1)
    faded: Samples = (before * fade).astype(np.float32)
    return faded
