"""Reverberation: what a room adds after the sound itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from streamwer.audio import seconds_to_samples
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.registry import condition
from streamwer.config.settings import setting
from streamwer.datasets.augmentation.base import Effect, EffectConfig, RecordingContext
from streamwer.datasets.augmentation.dsp import Floats, convolve, create_generator


@condition("reverb")
class Reverb(Effect):
    """A synthetic room, another one for each recording; the tail after its end is cut off."""

    @dataclass
    class Config(EffectConfig):
        """The room."""

        rt60_s: float = setting(
            0.5,
            "reverberation time (RT60), until the room is 60 dB down",
            unit="seconds",
            at_least=0.02,
            at_most=20,
        )
        direct_db: float = setting(
            0.0,
            "energy of the direct sound above that of the room",
            unit="decibels",
            at_least=-100,
            at_most=100,
        )
        seed: int = setting(1, "another seed gives each recording another room", at_least=0)

    config: Config

    def apply(self, signal: Samples, context: RecordingContext) -> Samples:
        """Convolve the recording with its room; see `Effect.apply`."""
        return convolve(signal, self.create_impulse_response(context.recording))

    def create_impulse_response(self, recording: str) -> Floats:
        """Create the direct sound at 0, and noise that falls by 60 dB in `rt60_s` (Polack 1988).

        The tail has `direct_db` less energy than the direct sound, and both together have 1.
        """
        config = self.config
        n = seconds_to_samples(config.rt60_s)
        noise = create_generator(config.seed, "reverb", recording).standard_normal(n)
        tail = noise * 10 ** (-3 * np.arange(n) / (config.rt60_s * SAMPLE_RATE))
        tail *= (10 ** (-config.direct_db / 10) / np.sum(tail**2)) ** 0.5
        whole = np.concatenate([[1.0], tail])
        response: Floats = whole / np.sum(whole**2) ** 0.5
        return response
