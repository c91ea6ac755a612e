"""What values may be: one that nothing can work with is found before anything is loaded."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from streamwer.errors import ConfigError

ENCODER_S = 30.0
"""Longest audio that Whisper's encoder hears at once, seconds."""
PROMPT_TOKENS = 223
"""Longest prompt: half of the decoder's 448 positions, less one for `<|startofprev|>`."""
MOST_RETRIES = 20
"""Of a request; more would only hide a server that is down."""


class Limit(NamedTuple):
    """Whether a value can be used, and what is said of one that cannot.

    A value that may hold a secret by mistake is not `shown`.
    """

    holds: Callable[[Any], bool]
    remedy: str
    shown: bool = True


def _is_endpoint(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # a port that is no number raises here
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc


COUNT = Limit(lambda value: value >= 1, "must be at least 1")
_PROBABILITY = Limit(lambda value: 0 <= value <= 1, "must be between 0 and 1")
TIME = Limit(lambda value: 0 <= value < math.inf, "must be at least 0 and finite")
RATE = Limit(lambda value: 0 < value < math.inf, "must be above 0 and finite")

LIMITS: Mapping[str, Limit] = {
    "api_key_env": Limit(
        lambda value: not value or bool(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value)),
        "must be the name of an environment variable, never the key itself",
        shown=False,
    ),
    "backoff_s": TIME,
    "batch_size": COUNT,
    "beam_size": COUNT,
    "buckets_s": Limit(
        lambda value: bool(value) and all(0 < length <= ENCODER_S for length in value),
        f"must be one or more lengths above 0 and up to {ENCODER_S:g}",
    ),
    "compression_ratio_threshold": RATE,
    "connect_timeout_s": RATE,
    "longest_wait_s": TIME,
    "log_prob_threshold": Limit(lambda value: value <= 0, "must be at most 0"),
    "max_hmms": COUNT,
    "no_speech_threshold": _PROBABILITY,
    "min_encoder_s": Limit(
        lambda value: 0 <= value <= ENCODER_S, f"must be between 0 and {ENCODER_S:g}"
    ),
    "padding": Limit(lambda value: value in ("floor", "zero"), "must be one of floor, zero"),
    "padding_s": Limit(
        lambda value: 0 <= value <= ENCODER_S, f"must be between 0 and {ENCODER_S:g}"
    ),
    "prompt_tokens": Limit(
        lambda value: 0 <= value <= PROMPT_TOKENS, f"must be between 0 and {PROMPT_TOKENS}"
    ),
    "response_format": Limit(
        lambda value: value in ("verbose_json", "json"), "must be one of verbose_json, json"
    ),
    "retries": Limit(lambda value: 0 <= value <= MOST_RETRIES, f"must be 0 to {MOST_RETRIES}"),
    "seed": Limit(lambda value: value >= 0, "must be at least 0"),
    "shortest_s": TIME,
    "speech_threshold": _PROBABILITY,
    "temperature": _PROBABILITY,
    "temperatures": Limit(
        lambda value: bool(value) and all(0 <= each < math.inf for each in value),
        "must be one or more numbers of at least 0",
    ),
    "timeout_s": RATE,
    "tokens_per_s": RATE,
    "url": Limit(
        _is_endpoint,
        "must be http://… or https://… with a host and without a user name or a password",
        shown=False,
    ),
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
    "keep": COUNT,
}
"""By key of `sweep` in conf/sweep.yaml."""


def check(engine: Any) -> None:
    """Refuse an engine that cannot work.

    Raises:
        ConfigError: a value makes no sense; the first such key is named.
    """
    refuse("engine", asdict(engine), LIMITS)


def refuse(group: str, values: Mapping[str, Any], limits: Mapping[str, Limit]) -> None:
    """Refuse the first value of a group that its limit does not hold for.

    Raises:
        ConfigError: there is one.
    """
    for key, value in values.items():
        limit = limits.get(key)
        if limit and not limit.holds(value):
            given = f"={value}" if limit.shown else ""
            raise ConfigError(f"{group}.{key}{given} {limit.remedy}")
