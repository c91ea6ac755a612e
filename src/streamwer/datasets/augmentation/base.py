"""The base of all effects: what is done to one recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from streamwer.audio.decoding import Samples

VoiceFiles = Sequence[tuple[str, Path]]
"""Recordings and their audio files, in ascending order."""


class RecordingContext(NamedTuple):
    """What an effect may know besides the samples.

    Attributes:
        recording: the id, which with a seed decides every random number.
        voices: the recordings of the data set, for babble; with this one or without it.
    """

    recording: str = ""
    voices: VoiceFiles = ()


@dataclass
class EffectConfig:
    """The settings of an effect; a subclass adds its own."""

    effect: str = ""


@dataclass(frozen=True)
class Effect:
    """One step of a condition; a subclass registers itself with `@condition("…")`.

    Attributes:
        name: of the step: `condition.NAME` has its settings.
        config: those settings.
    """

    name: str
    config: Any

    @dataclass
    class Config(EffectConfig):
        """The settings of this effect."""

    @staticmethod
    def check_config(name: str, config: Any) -> None:
        """Refuse settings that do not go together; each alone is within its bounds.

        Args:
            name: of the step.
            config: its settings.

        Raises:
            ConfigError: they do not; it names the key.
        """

    def check_available(self) -> None:
        """Refuse an effect that this machine cannot apply.

        Raises:
            ConfigError: it cannot; it names the key.
        """

    def apply(self, signal: Samples, context: RecordingContext) -> Samples:
        """Apply the effect to a recording.

        Args:
            signal: float32 at 16 kHz, shape (n,).
            context: the recording's id and its data set.

        Returns:
            The altered samples, not yet limited to ±1.

        Raises:
            DatasetError: it cannot be applied to this recording.
            AudioError: a file that it needs cannot be read.
        """
        return signal

    @property
    def speed(self) -> float:
        """The factor by which everything in the recording happens earlier."""
        return 1.0

    def describe(self) -> dict[str, Any]:
        """Return the step as `conditions.json` keeps it."""
        return {"step": self.name, **asdict(self.config)}
