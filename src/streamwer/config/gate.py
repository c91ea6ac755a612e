"""Settings of `conf/gate`: what is compared, and by which rules."""

from __future__ import annotations

from dataclasses import dataclass, field

from streamwer.config.dataset import DatasetConfig
from streamwer.config.hardware import ClockConfig
from streamwer.config.model import MISSING, ModelConfig
from streamwer.config.settings import setting


@dataclass
class RuleConfig:
    """One rule of conf/gate: how far a figure may regress. All limits must be exceeded."""

    regression: str = setting(MISSING, "the direction of a regression", one_of=("higher", "lower"))
    absolute: float = setting(0.0, "smallest difference that counts", at_least=0)
    relative: float = setting(
        0.0, "smallest difference that counts, as a share of the baseline", at_least=0
    )
    interval: bool = setting(True, "whether the whole interval must be beyond the limits")


@dataclass
class GateConfig:
    """conf/gate: when a change is a regression."""

    name: str = MISSING
    systems: list[str] = field(default_factory=list)
    clock: ClockConfig = field(default_factory=ClockConfig)
    dataset: DatasetConfig | None = None
    model: ModelConfig | None = None
    runs: int = setting(1, "runs of each side", at_least=1)
    max_failed: float = setting(
        0.0, "largest share of recordings that may fail", at_least=0, at_most=1
    )
    other_cpu_factor: float = setting(
        1.0,
        "times as wide are all floors on another kind of processor than the baseline's",
        at_least=1,
    )
    max_recordings: int = setting(10, "most regressed recordings that are shown", at_least=1)
    rules: dict[str, RuleConfig] = field(default_factory=dict)
