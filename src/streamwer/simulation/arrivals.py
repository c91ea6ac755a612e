"""When calls arrive at a worker: an open loop, fixed before the first of them is served.

A worker that falls behind delays no call, so that no delay is left out of the figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from streamwer.config.load import LoadConfig

_DIGITS = 3
"""Of a beginning: whole milliseconds, which every machine's arithmetic gives alike."""


class Arrival(NamedTuple):
    """A call: when it begins on the worker's line (seconds), and which recording it plays."""

    begins: float
    recording: int


def arrivals(seconds: Sequence[float], load: LoadConfig) -> list[Arrival]:
    """Each recording once, in random order.

    Args:
        seconds: lengths of the recordings.
        load: how they arrive.

    Returns:
        in order of their beginnings.
    """
    rng = np.random.default_rng(load.seed)
    order = [int(each) for each in rng.permutation(len(seconds))]
    lengths = [seconds[each] for each in order]
    begins = _BEGINNINGS[load.name](lengths, load, rng)
    return _in_order(zip(begins, order, strict=True))


def drawn(seconds: Sequence[float], load: LoadConfig, until: float) -> list[Arrival]:
    """Recordings drawn with replacement, for as long as calls may begin.

    The calls of n streams are among those of n + 1: a larger load is the smaller one and more.

    Args:
        seconds: lengths of the recordings.
        load: how they arrive; `calls_per_s` is not used.
        until: calls begin before it, seconds.
    """
    calls = (call for line in range(load.streams) for call in _line(seconds, load, line, until))
    return _in_order(calls)


def _in_order(calls: Iterator[tuple[float, int]]) -> list[Arrival]:
    return sorted(Arrival(round(begins, _DIGITS), recording) for begins, recording in calls)


def _poisson(lengths: Sequence[float], load: LoadConfig, rng: np.random.Generator) -> list[float]:
    """By Little's law, calls of mean length m arrive streams / m times a second."""
    rate = load.calls_per_s or load.streams / float(np.mean(lengths))
    return [float(at) for at in np.cumsum(rng.exponential(1 / rate, len(lengths)))]


def _fixed(lengths: Sequence[float], load: LoadConfig, rng: np.random.Generator) -> list[float]:
    """Each call on the line that is free first."""
    free = [float(phase) for phase in rng.uniform(0, load.phase_s, load.streams)]
    begins = []
    for length in lengths:
        line = free.index(min(free))
        begins.append(free[line])
        free[line] += length
    return begins


def _together(lengths: Sequence[float], load: LoadConfig, rng: np.random.Generator) -> list[float]:
    begins: list[float] = []
    at = 0.0
    for first in range(0, len(lengths), load.streams):
        group = lengths[first : first + load.streams]
        begins += [at + float(phase) for phase in rng.uniform(0, load.phase_s, len(group))]
        at += max(group) + load.phase_s
    return begins


_BEGINNINGS = {"poisson": _poisson, "fixed": _fixed, "together": _together}


def _line(
    seconds: Sequence[float], load: LoadConfig, line: int, until: float
) -> Iterator[tuple[float, int]]:
    """The calls of one of the streams, which has random numbers of its own."""
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
