"""What values may be: one that nothing can work with is found before anything is loaded."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from streamwer.errors import ConfigError

if TYPE_CHECKING:
    from streamwer.config import EngineConfig, SweepSettings

ENCODER_S = 30.0
"""Longest audio that Whisper's encoder hears at once, seconds."""
PROMPT_TOKENS = 223
"""Longest prompt: half of the decoder's 448 positions, less one for `<|startofprev|>`."""


class Limit(NamedTuple):
    """Whether a value can be used, and what is said of one that cannot."""

    holds: Callable[[Any], bool]
    remedy: str


_COUNT = Limit(lambda value: value >= 1, "must be at least 1")
_PROBABILITY = Limit(lambda value: 0 <= value <= 1, "must be between 0 and 1")
_RATE = Limit(lambda value: 0 < value < math.inf, "must be above 0 and finite")

LIMITS: Mapping[str, Limit] = {
    "batch_size": _COUNT,
    "beam_size": _COUNT,
    "buckets_s": Limit(
        lambda value: bool(value) and all(0 < length <= ENCODER_S for length in value),
        f"must be one or more lengths above 0 and up to {ENCODER_S:g}",
    ),
    "compression_ratio_threshold": _RATE,
    "log_prob_threshold": Limit(lambda value: value <= 0, "must be at most 0"),
    "no_speech_threshold": _PROBABILITY,
    "padding_s": Limit(
        lambda value: 0 <= value <= ENCODER_S, f"must be between 0 and {ENCODER_S:g}"
    ),
    "prompt_tokens": Limit(
        lambda value: 0 <= value <= PROMPT_TOKENS, f"must be between 0 and {PROMPT_TOKENS}"
    ),
    "speech_threshold": _PROBABILITY,
    "temperatures": Limit(
        lambda value: bool(value) and all(0 <= each < math.inf for each in value),
        "must be one or more numbers of at least 0",
    ),
    "tokens_per_s": _RATE,
}
"""By key of `conf/engine`; what is not in here is no number."""


SWEEP_LIMITS: Mapping[str, Limit] = {
    "name": Limit(
        lambda value: bool(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", value)),
        "must be the name of a folder: letters, digits, and . _ - after the first",
    ),
    "budgets_s": Limit(
        lambda value: bool(value) and all(0 < budget < math.inf for budget in value),
        "must be one or more times above 0 and finite",
    ),
    "keep": _COUNT,
}
"""By key of `sweep` in conf/sweep.yaml."""


def check(engine: EngineConfig) -> None:
    """Refuse an engine that cannot work.

    Raises:
        ConfigError: a value makes no sense; the first such key is named.
    """
    _check("engine", asdict(engine), LIMITS)


def check_sweep(settings: SweepSettings) -> None:
    """Refuse the settings of a sweep that could not be reported.

    Raises:
        ConfigError: a value makes no sense; the first such key is named.
    """
    _check("sweep", asdict(settings), SWEEP_LIMITS)


def _check(group: str, values: Mapping[str, Any], limits: Mapping[str, Limit]) -> None:
    for key, value in values.items():
        limit = limits.get(key)
        if limit and not limit.holds(value):
            raise ConfigError(f"{group}.{key}={value} {limit.remedy}")
