"""The records behind `conf/condition`: how recordings are altered, and how they arrive."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import NamedTuple

from streamwer.config.bounds import Limit
from streamwer.errors import ConfigError

NONE = "none"
"""The chain that alters nothing."""
JOINT = "+"


@dataclass
class BandConfig:
    """A line that lets only a band of frequencies through."""

    effect: str = "band"
    low_hz: float = 300.0
    high_hz: float = 3400.0


@dataclass
class CodecConfig:
    """A codec: coded and decoded again, with its delay taken out."""

    effect: str = "codec"
    codec: str = "mulaw"
    bit_rate: int | None = None
    low_hz: float = 0.0
    high_hz: float = 8000.0


@dataclass
class NoiseConfig:
    """Noise added at a level below the speech."""

    effect: str = "noise"
    kind: str = "white"
    snr_db: float = 10.0
    voices: int = 4
    path: str = ""
    seed: int = 1


@dataclass
class ReverbConfig:
    """A room: the sound, and a decaying tail of noise after it."""

    effect: str = "reverb"
    rt60_s: float = 0.5
    direct_db: float = 0.0
    seed: int = 1


@dataclass
class ClippingConfig:
    """An input that is driven too hard."""

    effect: str = "clipping"
    over_db: float = 12.0


@dataclass
class GainConfig:
    """Louder or quieter."""

    effect: str = "gain"
    gain_db: float = -20.0


@dataclass
class SpeedConfig:
    """Faster or slower, with the pitch, as a tape is."""

    effect: str = "speed"
    factor: float = 1.1


@dataclass
class NetworkConfig:
    """Packets between the caller and the recogniser, when a recording is played."""

    effect: str = "network"
    packet_s: float = 0.02
    delay_s: float = 0.05
    jitter_s: float = 0.0
    loss: float = 0.0
    burst: float = 1.0
    buffer_s: float = 0.1
    concealment: str = "repeat"
    seed: int = 1


StepConfig = (
    BandConfig
    | CodecConfig
    | NoiseConfig
    | ReverbConfig
    | ClippingConfig
    | GainConfig
    | SpeedConfig
    | NetworkConfig
)

CONDITION_SCHEMAS: dict[str, type] = {
    "band": BandConfig,
    "codec": CodecConfig,
    "noise": NoiseConfig,
    "reverb": ReverbConfig,
    "clipping": ClippingConfig,
    "gain": GainConfig,
    "speed": SpeedConfig,
    "network": NetworkConfig,
}
"""The record of each effect."""


class Step(NamedTuple):
    """One effect of a chain, under the name that `conf/condition` gives it."""

    name: str
    config: StepConfig


class Chain(NamedTuple):
    """What is done to a recording, step by step; without steps, nothing."""

    steps: tuple[Step, ...] = ()

    @property
    def name(self) -> str:
        return JOINT.join(step.name for step in self.steps) or NONE

    @property
    def network(self) -> NetworkConfig | None:
        """How it arrives, where the chain ends in a network."""
        last = self.steps[-1].config if self.steps else None
        return last if isinstance(last, NetworkConfig) else None


def _between(low: float, high: float) -> Limit:
    return Limit(lambda value: low <= value <= high, f"must be between {low:g} and {high:g}")


def _one_of(*names: str) -> Limit:
    return Limit(lambda value: value in names, f"must be one of {', '.join(names)}")


_COUNT = Limit(lambda value: value >= 1, "must be at least 1")
_LEVEL = _between(-100, 100)

AMR_RATES = (4750, 5150, 5900, 6700, 7400, 7950, 10200, 12200)

LIMITS: Mapping[str, Limit] = {
    "bit_rate": Limit(lambda value: value is None or value > 0, "must be above 0, or null"),
    "buffer_s": _between(0, 60),
    "burst": Limit(lambda value: 1 <= value < math.inf, "must be at least 1 and finite"),
    "codec": _one_of("mulaw", "alaw", "amr_nb", "g722", "g723_1", "opus"),
    "concealment": _one_of("silence", "repeat"),
    "delay_s": _between(0, 60),
    "direct_db": _LEVEL,
    "factor": _between(0.5, 2),
    "gain_db": _LEVEL,
    "high_hz": _between(1, 8000),
    "jitter_s": _between(0, 60),
    "kind": _one_of("white", "pink", "babble", "files"),
    "loss": Limit(lambda value: 0 <= value < 1, "must be at least 0 and below 1"),
    "low_hz": _between(0, 7999),
    "over_db": _between(0, 100),
    "packet_s": _between(0.0025, 1),
    "rt60_s": _between(0.02, 20),
    "seed": Limit(lambda value: value >= 0, "must be at least 0"),
    "snr_db": _LEVEL,
    "voices": _COUNT,
}
"""By key of `conf/condition`."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_BIT_RATES: Mapping[str, Limit] = {
    "amr_nb": _one_of(*map(str, AMR_RATES)),
    "opus": _between(6000, 510_000),
}


def check(name: str, config: StepConfig) -> None:
    """Refuse a step that cannot work.

    Raises:
        ConfigError: a value makes no sense; the first such key is named.
    """
    if not _NAME.fullmatch(name) or name == NONE:
        raise ConfigError(f"condition.{name}: use letters, digits, and . _ - after the first")
    for key, value in asdict(config).items():
        limit = LIMITS.get(key)
        if limit and not limit.holds(value):
            raise ConfigError(f"condition.{name}.{key}={value} {limit.remedy}")
    if isinstance(config, BandConfig | CodecConfig) and config.low_hz >= config.high_hz:
        told = f"condition.{name}.low_hz={config.low_hz} must be below high_hz={config.high_hz}"
        raise ConfigError(told)
    if isinstance(config, CodecConfig):
        _check_rate(name, config)
    if isinstance(config, NoiseConfig) and (config.kind == "files") != bool(config.path):
        raise ConfigError(f"condition.{name}.path={config.path!r}: kind=files needs it, only that")
    if isinstance(config, NetworkConfig):
        _check_loss(name, config)


def _check_rate(name: str, config: CodecConfig) -> None:
    limit, rate = _BIT_RATES.get(config.codec), config.bit_rate
    if limit is None and rate is not None:
        raise ConfigError(f"condition.{name}.bit_rate={rate}: {config.codec} has but one; use null")
    if limit and not limit.holds(str(rate) if config.codec == "amr_nb" else rate or 0):
        raise ConfigError(f"condition.{name}.bit_rate={rate} {limit.remedy}")


def _check_loss(name: str, config: NetworkConfig) -> None:
    # A share p of packets in bursts of mean length b needs pauses of mean length b (1 - p) / p.
    if config.loss and config.burst * (1 - config.loss) / config.loss < 1:
        told = f"condition.{name}.burst={config.burst} is too short for loss={config.loss}"
        raise ConfigError(told)


def chains(steps: Mapping[str, StepConfig], names: list[str] | None) -> tuple[Chain, ...]:
    """Under which conditions each recording is prepared.

    Args:
        steps: by name, in the order in which they are applied.
        names: chains, such as "telephone+opus_6k"; null for one of all the steps.

    Raises:
        ConfigError: a chain names a step that was not chosen, occurs twice, or goes on after a
            network.
    """
    for name, config in steps.items():
        check(name, config)
    if names is None:
        return (_chain(list(steps), steps, "condition"),)
    found = tuple(_chain(_parts(name), steps, "conditions") for name in names)
    if not found or len({each.name for each in found}) < len(found):
        raise ConfigError(f"conditions={names}: name one or more chains, each once")
    unused = set(steps) - set(chain.from_iterable(map(_parts, names)))
    if unused:
        raise ConfigError(f"conditions={names}: none has {', '.join(sorted(unused))} (condition=)")
    return found


def _parts(name: str) -> list[str]:
    return [] if name == NONE else name.split(JOINT)


def _chain(names: list[str], steps: Mapping[str, StepConfig], key: str) -> Chain:
    told = JOINT.join(names)
    for name in names:
        if name not in steps:
            chosen = ", ".join(steps) or NONE
            raise ConfigError(f"{key}: {told!r}: no step {name!r}; condition= chooses {chosen}")
    if len(set(names)) < len(names):
        raise ConfigError(f"{key}: {told!r}: a step occurs twice")
    if any(isinstance(steps[name], NetworkConfig) for name in names[:-1]):
        raise ConfigError(f"{key}: {told!r}: a network must come last: it delivers the sound")
    return Chain(tuple(Step(name, steps[name]) for name in names))
