"""A faster or slower recording, the pitch with it, as on a tape."""

from __future__ import annotations

from dataclasses import dataclass

from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.registry import condition
from streamwer.config.settings import setting
from streamwer.datasets.augmentation.base import Effect, EffectConfig, RecordingContext
from streamwer.datasets.augmentation.dsp import fit_length, resample


@condition("speed")
class Speed(Effect):
    """Playback at another speed."""

    @dataclass
    class Config(EffectConfig):
        """The speed."""

        factor: float = setting(1.1, "above 1 is faster", at_least=0.5, at_most=2)

    config: Config

    @property
    def speed(self) -> float:
        """The factor, rounded to a whole number of samples a second over another one."""
        return round(self.config.factor * SAMPLE_RATE) / SAMPLE_RATE

    def apply(self, signal: Samples, context: RecordingContext) -> Samples:
        """Play the recording at that speed; see `Effect.apply`."""
        played = resample(signal, round(self.speed * SAMPLE_RATE), SAMPLE_RATE)
        return fit_length(played, round(len(signal) / self.speed))
