"""A louder or quieter recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from streamwer.audio.decoding import Samples
from streamwer.config.registry import condition
from streamwer.config.settings import setting
from streamwer.datasets.augmentation.base import Effect, EffectConfig, RecordingContext


@condition("gain")
class Gain(Effect):
    """A constant gain; what exceeds full scale is clipped."""

    @dataclass
    class Config(EffectConfig):
        """The gain."""

        gain_db: float = setting(
            -20.0, "above 0 is louder", unit="decibels", at_least=-100, at_most=100
        )

    config: Config

    def apply(self, signal: Samples, context: RecordingContext) -> Samples:
        """Multiply the recording by the gain; see `Effect.apply`."""
        louder: Samples = np.clip(signal * np.float32(10 ** (self.config.gain_db / 20)), -1, 1)
        return louder
