"""The records behind conf/sweep.yaml: one point of a sweep, and what becomes of the points."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streamwer.config import languages
from streamwer.config.experiment import SharedConfig, make_record, settle_model
from streamwer.config.model import MISSING
from streamwer.config.renamed_keys import refuse_renamed_keys
from streamwer.config.settings import check_settings, setting


@dataclass
class SweepSettings:
    """The key `sweep` of conf/sweep.yaml: what becomes of the points."""

    name: str = setting(
        "sweep",
        "the report is written to reports/sweep/NAME",
        valid=lambda name: bool(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", name)),
        remedy="must be the name of a folder: letters, digits, and . _ - after the first",
    )
    budgets_s: list[float] = setting(
        [0.5, 1.0, 1.5, 2.0, 3.0, 5.0],
        "95th percentiles of commit latency to find the best point within",
        unit="seconds",
        above=0,
    )
    keep: int = setting(
        500,
        "finished points kept in data/sweeps/store; the least recently used go first",
        at_least=1,
    )


@dataclass
class SweepConfig(SharedConfig):
    """The whole of conf/sweep.yaml: one point of a sweep.

    `systems` only holds what the file of a policy says of its system besides the policy: the
    engine that it wants.
    """

    policy: Any = MISSING
    sweep: SweepSettings = field(default_factory=SweepSettings)


def parse_sweep(values: Mapping[str, Any]) -> SweepConfig:
    """Parse the config of one point of a sweep, from plain values.

    Raises:
        ConfigError: a key is unknown or missing, or a value has the wrong type or makes no sense.
    """
    refuse_renamed_keys(values)
    config: SweepConfig = make_record(SweepConfig, dict(values))
    check_settings("sweep", config.sweep)
    config.model = settle_model(config.model)
    languages.check_languages(
        config.dataset.language, {"sweep": config.model}, config.scoring.normaliser
    )
    check_settings("cluster", config.cluster)
    return config
