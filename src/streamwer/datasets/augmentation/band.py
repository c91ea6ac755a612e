"""A line that lets only a band of frequencies through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from streamwer.audio.decoding import Samples
from streamwer.config.registry import condition
from streamwer.config.settings import setting
from streamwer.datasets.augmentation.base import Effect, EffectConfig, RecordingContext
from streamwer.datasets.augmentation.dsp import filter_band
from streamwer.errors import ConfigError


def declare_low_edge(default: float) -> Any:
    """Declare the lower edge of a band."""
    return setting(default, "lowest frequency; 0 for no limit", unit="Hz", at_least=0, at_most=7999)


def declare_high_edge(default: float) -> Any:
    """Declare the upper edge of a band."""
    return setting(
        default, "highest frequency; 8000 for no limit", unit="Hz", at_least=1, at_most=8000
    )


def check_edges(name: str, low_hz: float, high_hz: float) -> None:
    """Refuse a band whose lower edge is not below its upper edge.

    Args:
        name: of the step.
        low_hz: lower edge.
        high_hz: upper edge.

    Raises:
        ConfigError: there is no frequency between them.
    """
    if low_hz >= high_hz:
        raise ConfigError(f"condition.{name}.low_hz={low_hz} must be below high_hz={high_hz}")


@condition("band")
class Band(Effect):
    """A band of frequencies, by a filter without delay; by default that of a telephone."""

    @dataclass
    class Config(EffectConfig):
        """The edges of the band."""

        low_hz: float = declare_low_edge(300.0)
        high_hz: float = declare_high_edge(3400.0)

    config: Config

    @staticmethod
    def check_config(name: str, config: Config) -> None:
        """Refuse a band whose lower edge is not below its upper edge."""
        check_edges(name, config.low_hz, config.high_hz)

    def apply(self, signal: Samples, context: RecordingContext) -> Samples:
        """Filter the recording; see `Effect.apply`."""
        return filter_band(signal, self.config.low_hz, self.config.high_hz)
