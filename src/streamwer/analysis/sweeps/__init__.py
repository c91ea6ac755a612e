"""Sweeps: many settings on one data set, and what they say about each setting.

Knows scored tables and figures only: neither Hydra nor DVC, no recogniser and no Ray.
"""

from streamwer.analysis.sweeps.axes import axes, flat
from streamwer.analysis.sweeps.budgets import Choice, best_within
from streamwer.analysis.sweeps.effects import Effect, Level, main_effects
from streamwer.analysis.sweeps.front import pareto
from streamwer.analysis.sweeps.point import Point, failed, measured
from streamwer.analysis.sweeps.store import Store
from streamwer.analysis.sweeps.sweep import Sweep, gathered

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
