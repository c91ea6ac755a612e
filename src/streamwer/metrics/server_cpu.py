"""Processor time of a server on this machine, which a client measures from outside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from streamwer.eventlog.log import SERVER_CPU
from streamwer.metrics.registry import Display, Tables, get_column, metric
from streamwer.metrics.stats.intervals import Floats


def read_server_cpu(machine: Mapping[str, Any]) -> Mapping[str, float]:
    """Read the seconds of each recording from the facts of a log; empty where none are known."""
    found: Mapping[str, float] = json.loads(machine.get(SERVER_CPU, "{}"))
    return found


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
    done = (rows["failure"] == "").to_numpy()
    return np.where(done, get_column(rows, SERVER_CPU), 0), np.where(done, rows["seconds"], 0)
