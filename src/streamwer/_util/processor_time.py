"""Processor time of a process and all below it."""

from __future__ import annotations

import math

import psutil


def read_cpu_seconds(leader: int) -> float:
    """Read the processor time of a process and all below it, seconds; NaN where it is not known.

    Args:
        leader: id of the process; 0 for none.
    """
    if not leader:
        return math.nan
    try:
        process = psutil.Process(leader)
        times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    except psutil.Error:
        return math.nan
    # Those of children that have ended are in the times of their parents.
    return float(sum(each.user + each.system for each in times))
