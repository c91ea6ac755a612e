"""What a run gave: latencies, lag, and how a worker that stopped caught up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import fmean

import numpy as np

from lab.validation.playing import Run
from lab.validation.stalling import Stall
from streamwer.analysis.capacity.figures import (
    ServedCall,
    fit_lag_slope,
    measure_latencies,
    measure_utilisation,
)
from streamwer.metrics.stats.quantiles import estimate_quantile as quantile
from streamwer.provenance import contention
from streamwer.text.normalise import Normaliser

SHORT_S = 0.05
"""A wait at which a worker that had stopped has caught up."""


@dataclass(frozen=True)
class Figures:
    """One setting under one clock; seconds.

    Attributes:
        p50: commit latency, median; None where there are too few words.
        p95: the same, 95th percentile.
        words: that were spoken in the time that counts.
        lag_slope: seconds of lag gained per second of the run.
        busy: share of the time.
        call: of the model and of all that belongs to its step, mean, without the step that the
            worker stopped in; None where there is no step.
        waits: of each step when it was served, and how long it had waited; shape (steps, 2).
        late: commit latency of each word, ascending; at most the time that is left at the end of
            the run, which is all that is known of later ones; shape (words,).
        backlog: longest wait of a step from when the worker stopped until it had caught up; None
            where it did not stop.
        recovery: from when it stopped until a step waited no more than `SHORT_S`; infinite if
            none did.
        generator_lag: p99; None in virtual time.
        waited: share of its time that the worker waited for a core; None where it is not told.
    """

    clock: str
    streams: int
    seed: int
    p50: float | None
    p95: float | None
    words: int
    lag_slope: float
    busy: float
    call: float | None
    backlog: float | None
    recovery: float | None
    generator_lag: float | None
    waited: float | None
    waits: np.ndarray = field(repr=False)
    late: np.ndarray = field(repr=False)

    @property
    def disturbed(self) -> bool:
        """Whether the machine was busy with something else (`streamwer.provenance.contention`)."""
        return (self.waited or 0.0) > contention.LIMIT


def measure_figures(run: Run, normaliser: Normaliser, warm_up: float) -> Figures:
    """The figures of one run; words and steps count from `warm_up` on."""
    setting = run.setting
    span = (warm_up, setting.until)
    heard = [truncate_call(call, setting.until + setting.grace) for call in run.calls]
    late = np.sort(np.minimum(measure_latencies(heard, normaliser, span), setting.grace))
    waits = _list_waits(run.calls)
    return Figures(
        clock=run.clock,
        streams=setting.streams,
        seed=setting.seed,
        p50=quantile(late, 0.5).value,
        p95=quantile(late, 0.95).value,
        words=len(late),
        lag_slope=fit_lag_slope(run.calls, span),
        busy=measure_utilisation(run.calls, span),
        call=compute_mean_step(run.calls, setting.stall),
        backlog=measure_backlog(waits, setting.stall) if setting.stall else None,
        recovery=measure_recovery(waits, setting.stall) if setting.stall else None,
        generator_lag=run.generator_lag,
        waited=run.waited,
        waits=waits,
        late=late,
    )


def truncate_call(call: ServedCall, end: float) -> ServedCall:
    """The call without the words that it said after `end`, seconds on the worker's line.

    Else those would be held against what was said before, and take the place of words there.
    """
    reference = call.reference
    words = tuple(word for word in reference.words if call.begins + word.end <= end)
    text = " ".join(word.text for word in words)
    return replace(call, reference=replace(reference, words=words, text=text))


def compute_mean_step(calls: Sequence[ServedCall], stall: Stall | None) -> float | None:
    """How long a step takes; one that takes as long as the stall is the one that it fell on."""
    longest = stall.seconds if stall else math.inf
    taken = [step.emitted - step.start for call in calls for step in call.steps]
    counted = [seconds for seconds in taken if seconds < longest]
    return fmean(counted) if counted else None


def measure_backlog(waits: np.ndarray, stall: Stall) -> float:
    """The longest wait from when the worker stopped until it had caught up; `waits` is (n, 2)."""
    end = stall.at + measure_recovery(waits, stall)
    meanwhile = waits[(waits[:, 0] >= stall.at) & (waits[:, 0] <= end)]
    return float(meanwhile[:, 1].max()) if len(meanwhile) else 0.0


def measure_recovery(waits: np.ndarray, stall: Stall) -> float:
    """How long after it stopped the worker served a step that had hardly waited."""
    over = (waits[:, 0] >= stall.at + stall.seconds) & (waits[:, 1] <= SHORT_S)
    return float(waits[over, 0].min() - stall.at) if over.any() else math.inf


def find_crossing(points: Sequence[tuple[int, float]], limit: float) -> float | None:
    """Up to how many streams a figure stays within its limit, straight between two loads.

    Args:
        points: streams and the figure.

    Returns:
        None where it stays within at all loads, or is beyond at the least of them.
    """
    ordered = sorted(points)
    for (low, under), (high, over) in pairwise(ordered):
        if under <= limit < over:
            return low + (high - low) * (limit - under) / (over - under)
    return None


def _list_waits(calls: Sequence[ServedCall]) -> np.ndarray:
    waits = [(c.begins + s.start, s.start - s.ready) for c in calls for s in c.steps]
    return np.array(sorted(waits)).reshape(-1, 2)
