"""Times recognisers on scenes, in turns, so that a machine that slows down slows all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from lab.calibration.scenes import Scene
from streamwer.recognisers.base import Recogniser
from streamwer.recognisers.stage_timer import NOW
from streamwer.types import Hypothesis, StageTimes, WorkCounters


@dataclass(frozen=True)
class Sample:
    """One call: what it did, and how long that takes."""

    effort: WorkCounters
    compute: StageTimes


def measure(
    recognisers: Mapping[str, Recogniser],
    scenes: Sequence[Scene],
    repeats: int,
    quantile: float,
    advance: Callable[[], None] = lambda: None,
    now: Callable[[], float] = time.perf_counter,
) -> dict[str, list[Sample]]:
    """A sample for each window of the scenes, by recogniser.

    Args:
        repeats: how often each window is recognised.
        quantile: of the repeats' times, stage by stage, that is taken: 0 for the least, 0.5 for
            the median. Interruptions only ever add, so a low one is nearer to an idle machine.
        advance: told after each scene.
        now: what time is read from.
    """
    reset = NOW.set(now)
    try:
        heard = _run_rounds(recognisers, scenes, repeats, advance)
    finally:
        NOW.reset(reset)
    return {
        name: [_merge_repeats(repeated, quantile) for repeated in zip(*calls, strict=True)]
        for name, calls in heard.items()
    }


def _run_rounds(
    recognisers: Mapping[str, Recogniser],
    scenes: Sequence[Scene],
    repeats: int,
    advance: Callable[[], None],
) -> dict[str, list[list[Hypothesis]]]:
    """What each recogniser makes of all windows, in each repeat."""
    heard: dict[str, list[list[Hypothesis]]] = {name: [] for name in recognisers}
    for _ in range(repeats):
        rounds: dict[str, list[Hypothesis]] = {name: [] for name in recognisers}
        for scene in scenes:
            for name, recogniser in recognisers.items():
                rounds[name] += map(recogniser.recognise, scene.iterate_windows())
            advance()
        for name, calls in rounds.items():
            heard[name].append(calls)
    return heard


def _merge_repeats(repeated: Sequence[Hypothesis], quantile: float) -> Sample:
    """The same call in each repeat, made one."""
    spent = {
        each.name: float(
            np.quantile([getattr(call.compute, each.name) for call in repeated], quantile)
        )
        for each in fields(StageTimes)
    }
    return Sample(repeated[0].effort, StageTimes(**spent))
