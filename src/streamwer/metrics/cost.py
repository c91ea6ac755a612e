"""Cost: the compute of a system, in seconds of this machine and in counts of any."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from streamwer.config.hardware import STAGES
from streamwer.eventlog.log import SERVER_CPU
from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import (
    Display,
    Ratio,
    Tables,
    divide_columns,
    get_column,
    metric,
    recording_columns,
)
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
    return _drop_failed(rows, sum(get_column(rows, f"{stage}_s") for stage in STAGES))


@metric(
    "server_cpu",
    unit="s per s",
    better="lower",
    source="core-hours per hour of audio, Picovoice's real-time transcription benchmark",
    shown=Display(
        "Cost",
        90.5,
        "Server CPU",
        "processor seconds of all processes of a server per second of audio",
        ".2f",
        line="{:.2f} s of processor time per second of audio",
    ),
    comparable="latency",
    measured=True,
)
def sum_server_cpu_parts(tables: Tables) -> tuple[Floats, Floats]:
    """Return the processor seconds and the seconds of audio; 0 where a call failed."""
    rows = tables.recordings
    return _drop_failed(rows, get_column(rows, SERVER_CPU))


def _drop_failed(recordings: pd.DataFrame, seconds: Floats | int) -> tuple[Floats, Floats]:
    """Return seconds of compute and those of audio; 0 of a recording that failed."""
    done = (recordings["failure"] == "").to_numpy()
    return np.where(done, seconds, 0), np.where(done, recordings["seconds"], 0)


def measure_cost(recordings: pd.DataFrame) -> Cost:
    """Return the cost of the recordings that were streamed: a failed one has none we know of."""
    done = recordings[recordings["failure"] == ""]
    audio = float(done["seconds"].sum())
    # Of a server no compute is known: NaN, not 0.
    spent = {stage: float(done[f"{stage}_s"].sum(skipna=False)) for stage in STAGES}
    stages = {stage: Ratio(seconds, audio).value for stage, seconds in spent.items()}
    return Cost(sum(stages.values()), stages)


_COUNTED = {"better": "lower", "source": "ours", "in_files": False}
metric(
    "encoded",
    unit="s per s",
    shown=Display(place=91, rule_label="seconds encoded per second of audio"),
    **_COUNTED,
)(divide_columns("encoder_frames", "seconds", _FRAMES_PER_S))
metric(
    "decoded",
    unit="tokens per s",
    shown=Display(place=92, rule_label="tokens decoded per second of audio"),
    **_COUNTED,
)(divide_columns("decoded_tokens", "seconds"))
