"""Cost: the compute of a system, in seconds of this machine and in counts of any."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from streamwer.config.hardware import STAGES
from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import Display, Ratio, Tables, get_column, metric, recording_columns
from streamwer.metrics.stats.intervals import Floats
from streamwer.types import StageTimes, WorkCounters

_FRAMES_PER_S = 100


@dataclass(frozen=True)
class Cost:
    """Seconds of compute per second of audio, in all and by stage.

    NaN where nothing was streamed.
    """

    rtf: float
    stages: Mapping[str, float]


@recording_columns
def sum_compute(recording: AlignedRecording) -> dict[str, float]:
    """Sum a recording's seconds of compute by stage, and its counters."""
    steps = recording.steps  # field by field, which is quicker than to add records
    seconds = {
        f"{stage.name}_s": math.fsum(getattr(step.compute, stage.name) for step in steps)
        for stage in fields(StageTimes)
    }
    counts = {
        each.name: sum(getattr(step.effort, each.name) for step in steps)
        for each in fields(WorkCounters)
    }
    return seconds | counts


@metric(
    "rtf",
    unit="s per s",
    better="lower",
    source="real-time factor",
    shown=Display("Cost", 90, "RTF", "compute seconds per second of audio", ".3f"),
    comparable="latency",
    measured=True,
)
def sum_rtf_parts(tables: Tables) -> tuple[Floats, Floats]:
    """Return the seconds of compute and of audio; 0 for recordings that failed."""
    rows = tables.recordings
    done = (rows["failure"] == "").to_numpy()
    spent = sum((get_column(rows, f"{stage}_s") for stage in STAGES), np.zeros(len(rows)))
    return np.where(done, spent, 0), np.where(done, rows["seconds"], 0)


def measure_cost(recordings: pd.DataFrame) -> Cost:
    """Return the cost of the recordings that were streamed: a failed one has none we know of."""
    done = recordings[recordings["failure"] == ""]
    audio = float(done["seconds"].sum())
    # Of a server no compute is known: NaN, not 0.
    spent = {stage: float(done[f"{stage}_s"].sum(skipna=False)) for stage in STAGES}
    stages = {stage: Ratio(seconds, audio).value for stage, seconds in spent.items()}
    return Cost(sum(stages.values()), stages)


def _divide_by_time(column: str, scale: float = 1.0) -> Callable[[Tables], tuple[Floats, Floats]]:
    return lambda tables: (
        get_column(tables.recordings, column) / scale,
        get_column(tables.recordings, "seconds"),
    )


_COUNTED = {"better": "lower", "source": "ours", "in_files": False}
metric(
    "encoded",
    unit="s per s",
    shown=Display(place=91, rule_label="seconds encoded per second of audio"),
    **_COUNTED,
)(_divide_by_time("encoder_frames", _FRAMES_PER_S))
metric(
    "decoded",
    unit="tokens per s",
    shown=Display(place=92, rule_label="tokens decoded per second of audio"),
    **_COUNTED,
)(_divide_by_time("decoded_tokens"))
