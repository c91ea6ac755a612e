"""Hardware profiles: predicted cost of recogniser calls on a machine, for the clock `profile`.

A call is charged for what it did, so the prediction needs no machine: the time of each stage is
linear in counts of the call's `WorkCounters`, with coefficients of at least 0. The encoder's
follows a measured curve over the length of a window.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from streamwer.config.engine import get_own_model
from streamwer.config.model import MISSING
from streamwer.errors import ConfigError
from streamwer.types import WorkCounters

if TYPE_CHECKING:
    from streamwer.config.engine import EngineConfig
    from streamwer.config.model import ModelConfig

Term = Callable[[WorkCounters], int]


@dataclass
class ClockConfig:
    """conf/clock: how compute becomes time on the stream's line."""

    name: str = MISSING
    hardware: Any = None


@dataclass
class CallCosts:
    """Costs of one model called in one way; microseconds but for the errors.

    Attributes:
        encode_frames: lengths of encoder windows that were measured, ascending; log-mel frames.
        encode_us: cost of each; between two of them it is linear, and so from 0 to the first.
        error_median: relative error of the prediction for calls that the fit did not see, median.
        error_p95: the same, 95th percentile.
        error_total: predicted over measured seconds of all those calls, less 1.
    """

    listen_call: float = 0.0
    listen_frame: float = 0.0
    features_call: float = 0.0
    features_frame: float = 0.0
    features_window_frame: float = 0.0
    encode_frames: list[int] = field(default_factory=list)
    encode_us: list[float] = field(default_factory=list)
    decode_call: float = 0.0
    decode_prompt_token: float = 0.0
    decode_token: float = 0.0
    decode_frame: float = 0.0
    decode_token_frame: float = 0.0
    align_call: float = 0.0
    align_token: float = 0.0
    align_frame: float = 0.0
    align_token_frame: float = 0.0
    other_call: float = 0.0
    other_encoding: float = 0.0
    other_token: float = 0.0
    error_median: float = 0.0
    error_p95: float = 0.0
    error_total: float = 0.0


@dataclass
class HardwareConfig:
    """conf/hardware: a machine, and what the recogniser calls measured on it cost."""

    name: str = "none"
    processor: str = ""
    costs: dict[str, CallCosts] = field(default_factory=dict)


def _count_decodings(effort: WorkCounters) -> int:
    return effort.encodings + effort.fallbacks


def _scale_by_encoding(effort: WorkCounters, count: int) -> int:
    """Return a count times the frames of the encoding that each of it reads."""
    return count * effort.encoder_frames // max(1, effort.encodings)


TERMS: Mapping[str, Mapping[str, Term]] = {
    "listen": {
        "call": lambda effort: int(effort.listened_frames > 0),
        "frame": lambda effort: effort.listened_frames,
    },
    "features": {
        "call": lambda effort: int(effort.feature_frames > 0),
        "frame": lambda effort: effort.feature_frames,
        "window_frame": lambda effort: effort.encoder_frames,
    },
    "decode": {
        "call": _count_decodings,
        "prompt_token": lambda effort: effort.prompt_tokens,
        "token": lambda effort: effort.decoded_tokens,
        "frame": lambda effort: _scale_by_encoding(effort, _count_decodings(effort)),
        "token_frame": lambda effort: _scale_by_encoding(effort, effort.decoded_tokens),
    },
    "align": {
        "call": lambda effort: effort.encodings if effort.aligned_tokens else 0,
        "token": lambda effort: effort.aligned_tokens,
        "frame": lambda effort: effort.encoder_frames if effort.aligned_tokens else 0,
        "token_frame": lambda effort: _scale_by_encoding(effort, effort.aligned_tokens),
    },
    "other": {
        "call": lambda effort: 1,
        "encoding": lambda effort: effort.encodings,
        "token": lambda effort: effort.decoded_tokens,
    },
}
"""By stage, what each coefficient `STAGE_NAME` of `CallCosts` is multiplied with."""
STAGES = ("listen", "features", "encode", "decode", "align", "other")


def predict_seconds(costs: CallCosts, effort: WorkCounters) -> float:
    """Predict the seconds of a call, in whole microseconds.

    The same to the bit on every machine: products and sums of doubles in a fixed order, one by
    one. (`sum` of floats gives other bits since Python 3.12.)
    """
    spent = 0.0
    for stage in STAGES:
        spent = spent + predict_stage_us(costs, effort, stage)
    return round(spent) / 1e6


def predict_stage_us(costs: CallCosts, effort: WorkCounters, stage: str) -> float:
    """Predict the microseconds of one stage of a call.

    Args:
        costs: of the model.
        effort: work of the call.
        stage: one of `STAGES`.
    """
    if stage == "encode":
        return predict_encoder_us(costs, effort)
    spent = 0.0
    for name, term in TERMS[stage].items():
        spent = spent + getattr(costs, f"{stage}_{name}") * term(effort)
    return spent


def predict_encoder_us(costs: CallCosts, effort: WorkCounters) -> float:
    """Predict the microseconds of the encoder: those of a window of mean length, times windows.

    Beyond the longest window that was measured the cost grows in proportion.
    """
    if not effort.encodings:
        return 0.0
    frames = effort.encoder_frames / effort.encodings
    lengths, spent = [0, *costs.encode_frames], [0.0, *costs.encode_us]
    if frames >= lengths[-1]:
        return effort.encodings * (spent[-1] * frames / lengths[-1])
    after = max(1, bisect_left(lengths, frames))
    share = (frames - lengths[after - 1]) / (lengths[after] - lengths[after - 1])
    one = spent[after - 1] + share * (spent[after] - spent[after - 1])
    return effort.encodings * one


def make_cost_key(model: ModelConfig, engine: EngineConfig) -> str:
    """Return the key under `hardware.costs` of a model and an engine: all that sets its costs."""
    threads = f"{model.cpu_threads}_threads" if model.cpu_threads != 1 else "1_thread"
    parts = model.name, model.device, model.compute_type, threads, engine.name
    beam = getattr(engine, "beam_size", None)  # not every engine searches
    return "_".join([*parts, f"beam_{beam}"] if beam else parts)


def find_costs(
    hardware: HardwareConfig | None, model: ModelConfig, engine: EngineConfig
) -> CallCosts:
    """Find the costs that a profile has for a model called in a way.

    Args:
        hardware: the profile.
        model: that is called.
        engine: how it is called.

    Raises:
        ConfigError: it has none, or they make no sense.
    """
    hardware = hardware or HardwareConfig()
    wanted = make_cost_key(model, engine)
    if get_own_model(engine):
        raise ConfigError(
            f"clock=profile: what engine={engine.name} takes cannot be predicted, since a profile"
            " is of models that run here, called by us; choose another clock"
        )
    if wanted not in hardware.costs:
        known = ", ".join(sorted(hardware.costs)) or "nothing"
        raise ConfigError(
            f"hardware.costs.{wanted}: hardware={hardware.name} has no such costs, only {known};"
            f" measure them with `python -m lab.calibration model={model.name}`"
            " and choose the profile that it writes, or choose another clock"
        )
    costs = hardware.costs[wanted]
    for name, problem in _find_problems(costs):
        raise ConfigError(f"hardware.costs.{wanted}.{name} {problem}")
    return costs


def _find_problems(costs: CallCosts) -> Iterator[tuple[str, str]]:
    """Find keys whose values no call could cost."""
    for each in fields(costs):
        value = getattr(costs, each.name)
        numbers = value if isinstance(value, list) else [value]
        if each.name != "error_total" and not all(0 <= n < math.inf for n in numbers):
            yield each.name, "must be at least 0 and finite"
    if not costs.encode_frames or len(costs.encode_frames) != len(costs.encode_us):
        yield "encode_us", "must have one cost for each length in encode_frames, one at least"
    if any(a >= b for a, b in pairwise([0, *costs.encode_frames])):
        yield "encode_frames", "must ascend from above 0"
