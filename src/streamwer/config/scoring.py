"""Settings of `conf/scoring`."""

from __future__ import annotations

from dataclasses import dataclass

from streamwer.config.model import MISSING
from streamwer.config.settings import setting


@dataclass
class ScoringConfig:
    """conf/scoring: how transcripts are compared and how sure the figures are."""

    normaliser: str = MISSING
    confidence: float = 0.95
    smallest_difference: float = 0.005
    baseline: str = "offline"
    turn_pause_s: float = setting(
        1.0,
        "pause that ends a turn of a reference without segments; people leave no longer one while"
        " they talk (Jefferson 1989)",
        unit="seconds",
        above=0,
    )
