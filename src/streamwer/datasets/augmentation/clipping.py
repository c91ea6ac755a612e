"""An input that is driven too hard: the peaks are cut off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from streamwer.audio.decoding import Samples
from streamwer.config.registry import condition
from streamwer.config.settings import setting
from streamwer.datasets.augmentation.base import Effect, EffectConfig, RecordingContext


@condition("clipping")
class Clipping(Effect):
    """Peaks cut at a level that the loudest sample exceeds by `over_db`."""

    @dataclass
    class Config(EffectConfig):
        """The level."""

        over_db: float = setting(
            12.0,
            "how far the loudest sample exceeds the level that is cut at",
            unit="decibels",
            at_least=0,
            at_most=100,
        )

    config: Config

    def apply(self, signal: Samples, context: RecordingContext) -> Samples:
        """Cut the peaks; see `Effect.apply`."""
        excess = np.float32(10 ** (self.config.over_db / 20))
        level = np.max(np.abs(signal), initial=0) / excess
        return np.clip(signal, -level, level)
