"""Figures that the gate can have rules about: their values, and the interval of their change.

Ratios are ratios of sums, quantiles pool the words of all recordings; intervals leave out each
speaker in turn, in both groups of runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from streamwer.analysis.gate.run_group import RunGroup
from streamwer.analysis.gate.verdict import MetricChange
from streamwer.metrics.registry import (
    PERCENTILES,
    LatencyMetric,
    RatioMetric,
    SimulstMetric,
    list_metrics,
)
from streamwer.metrics.simulst_latency import weigh_delays
from streamwer.metrics.stats import ratios
from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.stats.quantiles import Integers, compare_quantiles, estimate_quantile
from streamwer.metrics.tables import number_speakers

Figure = Literal["wer", "latency"]


@dataclass(frozen=True)
class RatioMeasure:
    """A ratio of sums over recordings.

    Attributes:
        figure: the kind of comparison: `latency` needs the same machine where time is measured.
        parts: numerator and denominator of each row of a group's recordings.
        counts: whether both groups count events among the same things, so that few of them have
            exact bounds.
    """

    label: str
    unit: str
    figure: Figure
    parts: Callable[[RunGroup], tuple[Floats, Floats]]
    counts: bool = False

    def compute(self, group: RunGroup) -> float:
        """Return the value; NaN where it is unknown."""
        above, below = self.parts(group)
        return float(above.sum() / below.sum()) if below.sum() else math.nan

    def compare(self, baseline: RunGroup, candidate: RunGroup, confidence: float) -> MetricChange:
        values = self.compute(baseline), self.compute(candidate)
        if any(map(math.isnan, values)):
            return MetricChange(*values)
        return MetricChange(*values, *self._estimate_interval(baseline, candidate, confidence))

    def _estimate_interval(
        self, baseline: RunGroup, candidate: RunGroup, confidence: float
    ) -> tuple[float, float]:
        (above, below), (base_above, base_below) = (
            [group.sum_by_speaker(part) for part in self.parts(group)]
            for group in (candidate, baseline)
        )
        if self.counts:
            interval = ratios.compare_rates(above, base_above, below, confidence)
        else:
            interval = ratios.compare_ratios(above, below, base_above, base_below, confidence)
        return interval.low, interval.high


@dataclass(frozen=True)
class LatencyQuantile:
    """A quantile of a latency, over words or over recordings.

    Attributes:
        latencies: seconds, and the number of the speaker of each; NaN where there is no time.
    """

    label: str
    latencies: Callable[[RunGroup], tuple[Floats, Integers]]
    q: float
    unit: str = "s"
    figure: Figure = "latency"

    def compute(self, group: RunGroup) -> float:
        """Return the value, seconds; NaN where it is unknown."""
        found = estimate_quantile(self._select_events(group)[0], self.q).value
        return math.nan if found is None else found

    def compare(self, baseline: RunGroup, candidate: RunGroup, confidence: float) -> MetricChange:
        values = self.compute(baseline), self.compute(candidate)
        new, speakers = self._select_events(candidate)
        old, _ = self._select_events(baseline)
        if any(map(math.isnan, values)) or len(new) != len(old):
            return MetricChange(values[0], values[1] if len(new) == len(old) else math.nan)
        found = compare_quantiles(new, old, speakers, [self.q], confidence)[0]
        ends = (math.nan if end is None else end for end in (found.low, found.high))
        return MetricChange(*values, *ends)

    def _select_events(self, group: RunGroup) -> tuple[Floats, Integers]:
        late, speakers = self.latencies(group)
        known = ~np.isnan(late)
        groups = np.unique(speakers[known], return_inverse=True)[1]
        return late[known], groups


Measure = RatioMeasure | LatencyQuantile
"""A figure that a rule can be about."""


def _select_by_word(name: str) -> Callable[[RunGroup], tuple[Floats, Integers]]:
    return lambda group: (
        group.latencies[name].to_numpy(np.float64),
        group.latencies["speaker"].to_numpy(np.int64),
    )


def _select_by_recording(metric: LatencyMetric) -> Callable[[RunGroup], tuple[Floats, Integers]]:
    def select_latencies(group: RunGroup) -> tuple[Floats, Integers]:
        rows = group.recordings
        return metric.seconds(rows).to_numpy(np.float64), number_speakers(rows["recording"], rows)

    return select_latencies


def _measure_ratio(metric: RatioMetric) -> Iterator[tuple[str, Measure]]:
    form = metric.shown.form
    unit = "%" if form == "count" or form.endswith("%") else ""
    yield (
        metric.rule or metric.name,
        RatioMeasure(metric.rule_label, unit, metric.comparable, metric.parts, metric.exact),
    )


def _measure_latency(metric: LatencyMetric) -> Iterator[tuple[str, Measure]]:
    late = _select_by_recording(metric) if metric.once else _select_by_word(metric.name)
    for p in PERCENTILES:
        yield (
            f"{metric.rule or metric.name}_p{p}",
            LatencyQuantile(f"{metric.rule_label}, p{p}", late, p / 100),
        )


def _measure_simulst(metric: SimulstMetric) -> Iterator[tuple[str, Measure]]:
    def weigh_parts(group: RunGroup, kind: str) -> tuple[Floats, Floats]:
        return weigh_delays(group.recordings, metric, kind)

    for kind, words in (("ideal", "without compute"), ("aware", "with compute")):
        label = f"{metric.shown.label} {words}"
        yield (
            f"{metric.rule or metric.name}_{kind}",
            RatioMeasure(label, "s", "latency", partial(weigh_parts, kind=kind)),
        )


def list_measures() -> Iterator[tuple[str, Measure]]:
    """Yield a figure, or several, for each metric, by its name in `conf/gate`."""
    for metric in list_metrics():
        if metric.variant_of:
            continue
        if isinstance(metric, RatioMetric):
            yield from _measure_ratio(metric)
        elif isinstance(metric, LatencyMetric):
            yield from _measure_latency(metric)
        elif isinstance(metric, SimulstMetric):
            yield from _measure_simulst(metric)


MEASURES: Mapping[str, Measure] = dict(list_measures())
"""The figures by their name in `conf/gate`: every metric that is registered."""
