"""Generate the arrival times of calls at a worker, as an open loop.

The times are fixed before the first call is served. So a worker that falls behind delays no
arrival, and no delay is missing from the figures (no coordinated omission).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from streamwer.config.load import LoadConfig

_DIGITS = 3
"""Round arrivals to milliseconds, which are equal on every machine."""


class Arrival(NamedTuple):
    """A call: its begin on the worker's time line (seconds) and the index of its recording."""

    begin: float
    recording: int


def schedule_arrivals(seconds: Sequence[float], load: LoadConfig) -> list[Arrival]:
    """Schedule each recording once, in random order.

    Args:
        seconds: lengths of the recordings.
        load: arrival process and number of streams.

    Returns:
        The calls, in order of their begins.
    """
    rng = np.random.default_rng(load.seed)
    order = [int(index) for index in rng.permutation(len(seconds))]
    lengths = [seconds[index] for index in order]
    begins = _PROCESSES[load.name](lengths, load, rng)
    return _sort_arrivals(zip(begins, order, strict=True))


def draw_arrivals(seconds: Sequence[float], load: LoadConfig, until: float) -> list[Arrival]:
    """Draw recordings with replacement until a time.

    The calls of n streams are a subset of those of n + 1 streams.

    Args:
        seconds: lengths of the recordings.
        load: arrival process and number of streams; `calls_per_s` is not used.
        until: end of the arrivals, seconds.

    Returns:
        The calls, in order of their begins.
    """
    calls = (
        call for line in range(load.streams) for call in _draw_line(seconds, load, line, until)
    )
    return _sort_arrivals(calls)


def _sort_arrivals(calls: Iterator[tuple[float, int]]) -> list[Arrival]:
    return sorted(Arrival(round(begins, _DIGITS), recording) for begins, recording in calls)


def _draw_poisson(
    lengths: Sequence[float], load: LoadConfig, rng: np.random.Generator
) -> list[float]:
    """Draw Poisson arrivals: by Little's law, streams / mean length calls a second."""
    rate = load.calls_per_s or load.streams / float(np.mean(lengths))
    return [float(at) for at in np.cumsum(rng.exponential(1 / rate, len(lengths)))]


def _fill_lines(
    lengths: Sequence[float], load: LoadConfig, rng: np.random.Generator
) -> list[float]:
    """Begin each call on the line that is free first."""
    free = [float(phase) for phase in rng.uniform(0, load.phase_s, load.streams)]
    begins = []
    for length in lengths:
        line = free.index(min(free))
        begins.append(free[line])
        free[line] += length
    return begins


def _group_calls(
    lengths: Sequence[float], load: LoadConfig, rng: np.random.Generator
) -> list[float]:
    begins: list[float] = []
    at = 0.0
    for first in range(0, len(lengths), load.streams):
        group = lengths[first : first + load.streams]
        begins += [at + float(phase) for phase in rng.uniform(0, load.phase_s, len(group))]
        at += max(group) + load.phase_s
    return begins


_PROCESSES = {"poisson": _draw_poisson, "fixed": _fill_lines, "together": _group_calls}


def _draw_line(
    seconds: Sequence[float], load: LoadConfig, line: int, until: float
) -> Iterator[tuple[float, int]]:
    """Draw the calls of one stream, which has its own random numbers."""
    rng = np.random.default_rng([load.seed, line])
    mean = float(np.mean(seconds))
    random = load.name == "poisson"
    at = float(rng.exponential(mean) if random else rng.uniform(0, load.phase_s))
    while at < until:
        recording = int(rng.integers(len(seconds)))
        yield at, recording
        if random:
            at += float(rng.exponential(mean))
        else:
            at += seconds[recording] if load.name == "fixed" else max(seconds) + load.phase_s
