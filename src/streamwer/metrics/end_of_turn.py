"""End of turn, for voice agents: how long after a turn a system says so, and how often too early.

An agent answers when the recogniser says that the caller has finished. Late, the call has a gap;
early, the agent speaks while the caller does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import (
    Display,
    Tables,
    get_column,
    latency_metric,
    metric,
    pick_seconds,
    recording_columns,
)
from streamwer.metrics.stats.intervals import Floats

_SECTION = "Turns, for voice agents"
_TURNS, _CUT, _SIGNALS = "turns", "turns_cut", "turn_signals"


@recording_columns
def count_turns(recording: AlignedRecording) -> Mapping[str, int]:
    """Count a recording's turns, those that a signal cut off, and the signals."""
    return {
        _TURNS: len(recording.turns),
        _CUT: sum(turn.is_cut for turn in recording.turns),
        _SIGNALS: sum(step.update.turn_end > 0 for step in recording.steps),
    }


@latency_metric(
    "end_of_turn_delay",
    source="endpoint latency (EP50, EP90), Li et al. 2020",
    shown=Display(
        _SECTION,
        37,
        "End of turn",
        "half of the turns are said to have ended within",
        percentiles=(50, 95),
        more_hints=("95\u00a0% of the turns are said to have ended within",),
        rule_label="end-of-turn delay",
    ),
    needs="early_cutoff",
)
def measure_end_of_turn_delay(words: pd.DataFrame) -> pd.Series[float]:
    """Return the seconds from the end of each turn to its signal; NaN for all other words.

    All are NaN of a system that signals no end of a turn.
    """
    delays = pick_seconds("end_of_turn_delay")(words)
    return delays if np.isfinite(delays).any() else delays * math.nan


@metric(
    "early_cutoff",
    unit="share of turns",
    better="lower",
    source="early endpoint rate, Raju et al. 2023; false cut-offs, LiveKit 2026",
    shown=Display(
        _SECTION,
        38,
        "Cut off",
        "turns that were said to have ended before their last word",
        ".1%",
        rule_label="turns cut off",
        sized=True,
    ),
    comparable="latency",
)
def count_early_cutoffs(tables: Tables) -> tuple[Floats, Floats]:
    """Return the turns of each recording that were cut off, and all turns.

    All are 0 of a system that signals no end of a turn.
    """
    rows = tables.recordings
    signals = float(np.nansum(get_column(rows, _SIGNALS))) > 0
    return get_column(rows, _CUT) * signals, get_column(rows, _TURNS) * signals
