"""Sweeps: many settings on one data set, and what they say about each setting.

Knows scored tables and figures only: neither Hydra nor DVC, no recogniser and no Ray.
"""

from streamwer.sweeps.axes import axes, flat
from streamwer.sweeps.budgets import Choice, best_within
from streamwer.sweeps.effects import Effect, Level, main_effects
from streamwer.sweeps.front import pareto
from streamwer.sweeps.point import Point, failed, measured
from streamwer.sweeps.store import Store
from streamwer.sweeps.sweep import Sweep, gathered

__all__ = [
    "Choice",
    "Effect",
    "Level",
    "Point",
    "Store",
    "Sweep",
    "axes",
    "best_within",
    "failed",
    "flat",
    "gathered",
    "main_effects",
    "measured",
    "pareto",
]
