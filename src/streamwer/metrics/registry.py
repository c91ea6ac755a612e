"""Registry of metrics: each is declared once, in its own file.

From the declaration a metric is in the scores' summary, `figures.parquet`, the report's tables,
the gate's rules, `streaming-score` and the list in docs/metrics.md. Another
package adds one with the same decorators, in a module that an entry point of the group
`streamwer.metrics` names.
"""

from __future__ import annotations

import math
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Literal, NamedTuple, Protocol, Self, TypeVar

import numpy as np
import pandas as pd

from streamwer.errors import ConfigError
from streamwer.metrics.stats.intervals import Floats

ENTRY_POINTS = "streamwer.metrics"
PERCENTILES = (50, 95, 99)
STABILITY = "Stability and completeness"
"""A section of the report's tables that several files have metrics in."""

Function = TypeVar("Function", bound=Callable[..., Any])


class Tables(Protocol):
    """The scored tables that a metric is computed from."""

    @property
    def recordings(self) -> pd.DataFrame:
        """One row per recording."""
        ...

    @property
    def words(self) -> pd.DataFrame:
        """One row per reference word."""
        ...


class Ratio(NamedTuple):
    """A ratio of sums; NaN where the denominator is 0."""

    numerator: float
    denominator: float

    @classmethod
    def of_sums(cls, parts: tuple[Floats, Floats]) -> Self:
        """Return the ratio of the sums of numerators and denominators."""
        return cls(*(float(each.sum()) for each in parts))

    @property
    def value(self) -> float:
        """The quotient."""
        return self.numerator / self.denominator if self.denominator else math.nan


@dataclass(frozen=True)
class Display:
    """How people see a metric.

    Attributes:
        section: heading in the report's tables; "" for none.
        place: among the rows of that table; the smallest comes first.
        label: of the row.
        hint: says in a few words what it is; of a latency, what its first percentile is.
        form: format of the value: ".1%", decimals such as ".2f", or "count" for "1 of 8".
        percentiles: of a latency, those that are shown.
        more_hints: of its further percentiles.
        line: words for the terminal, with the value in braces; "" to leave it out.
        rule_label: words for the gate; if empty, the label if it is an acronym, or the name.
        sized: whether the denominator is shown beside the value.
    """

    section: str = ""
    place: float = 100
    label: str = ""
    hint: str = ""
    form: str = ".2f"
    percentiles: Sequence[int] = PERCENTILES
    more_hints: Sequence[str] = ()
    line: str = ""
    rule_label: str = ""
    sized: bool = False


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What is declared of a metric.

    Attributes:
        name: in `figures.parquet` and docs.
        key: in JSON; the name if empty.
        rule: in `conf/gate`; the name if empty.
        variant_of: the metric beside which it is shown; it has no rule of its own.
        comparable: what must agree for two results to be compared, "wer" or "latency"; the latter
            needs the same machine where time is measured.
        measured: whether it rests on measured compute, so that no other run repeats it.
        in_files: whether `figures.parquet` and `streaming-score` have it.
    """

    name: str
    unit: str
    better: Literal["lower", "higher"]
    source: str
    shown: Display
    key: str = ""
    rule: str = ""
    variant_of: str = ""
    comparable: Literal["wer", "latency"] = "wer"
    measured: bool = False
    in_files: bool = True

    @property
    def rule_label(self) -> str:
        """Words for the gate."""
        label = self.shown.label
        words = label if label.isupper() else self.name.replace("_", " ")
        return self.shown.rule_label or words


@dataclass(frozen=True, kw_only=True)
class RatioMetric(Metric):
    """A ratio of sums over recordings.

    Attributes:
        parts: numerators and denominators, shape (recordings,) each.
        exact: whether events are counted among things that all systems have alike, so that few
            of them have exact bounds.
        timed: whether it needs word times.
    """

    parts: Callable[[Tables], tuple[Floats, Floats]]
    exact: bool = False
    timed: bool = False

    def compute(self, tables: Tables) -> Ratio:
        """Return the ratio over all recordings."""
        return Ratio.of_sums(self.parts(tables))


@dataclass(frozen=True, kw_only=True)
class LatencyMetric(Metric):
    """A latency of words, or of recordings, of which there are percentiles.

    Attributes:
        seconds: of each row of the words table, or of the recordings table.
        once: whether a recording has one of them, and not each of its words.
        needs: the ratio metric that is NaN where a system cannot have this latency; by default only
            word times are needed.
    """

    seconds: Callable[[pd.DataFrame], pd.Series[float]]
    once: bool = False
    needs: str = ""


class WordDelays(NamedTuple):
    """The committed words of a recording or of a segment, on its own line; seconds.

    Attributes:
        audio: how much audio had been heard when each word was committed.
        delays: the same again (ideal), or when each word was there (computation-aware).
        source: length of the recording or segment.
        words: number of reference words.
    """

    audio: Sequence[float]
    delays: Sequence[float]
    source: float
    words: int


@dataclass(frozen=True, kw_only=True)
class SimulstMetric(Metric):
    """A mean delay as papers on simultaneous translation give it; needs no word times.

    Attributes:
        delay: of a recording or segment, seconds; NaN where there is none.
        by_segment: whether it is taken of each segment, and the mean is over segments.
    """

    delay: Callable[[WordDelays], float]
    by_segment: bool = False


_registered: dict[str, Metric] = {}
_columns: dict[str, Callable[[Any], Mapping[str, Any]]] = {}


def metric(name: str, **about: Any) -> Callable[[Function], Function]:
    """Register a function that returns numerators and denominators as a `RatioMetric`."""
    return lambda parts: _register(RatioMetric(name=name, parts=parts, **about), parts)


def latency_metric(name: str, **about: Any) -> Callable[[Function], Function]:
    """Register a function that returns the seconds of each row as a `LatencyMetric`."""
    about = {"unit": "s", "better": "lower", "comparable": "latency"} | about
    return lambda seconds: _register(LatencyMetric(name=name, seconds=seconds, **about), seconds)


def simulst_metric(name: str, **about: Any) -> Callable[[Function], Function]:
    """Register a function that returns the mean delay of `WordDelays` as a `SimulstMetric`."""
    about = {"unit": "s", "better": "lower", "comparable": "latency"} | about
    return lambda delay: _register(SimulstMetric(name=name, delay=delay, **about), delay)


def recording_columns(function: Function) -> Function:
    """Register a function from an aligned recording to columns of the recordings table."""
    _columns[f"{function.__module__}.{function.__qualname__}"] = function
    return function


def list_ratio_metrics() -> list[RatioMetric]:
    """List the ratios of sums, in the order in which they are shown."""
    return [each for each in list_metrics() if isinstance(each, RatioMetric)]


def list_latency_metrics() -> list[LatencyMetric]:
    """List the latencies with percentiles, in the order in which they are shown."""
    return [each for each in list_metrics() if isinstance(each, LatencyMetric)]


def list_simulst_metrics() -> list[SimulstMetric]:
    """List the latencies of papers, in the order in which they are shown."""
    return [each for each in list_metrics() if isinstance(each, SimulstMetric)]


def list_metrics() -> list[Metric]:
    """List all metrics, in the order in which they are shown."""
    _load_modules()
    return sorted(_registered.values(), key=lambda each: each.shown.place)


def compute_columns(recording: Any) -> dict[str, Any]:
    """Return the columns that metrics add to the row of an aligned recording."""
    _load_modules()
    return {name: value for each in _columns.values() for name, value in each(recording).items()}


def get_column(table: pd.DataFrame, name: str) -> Floats:
    """Return a column of numbers; NaN where a table of an earlier version has none."""
    found: Floats = table[name].to_numpy(float) if name in table else np.full(len(table), np.nan)
    return found


def divide_columns(
    numerator: str, denominator: str, scale: float = 1.0
) -> Callable[[Tables], tuple[Floats, Floats]]:
    """Return the `parts` of a ratio whose sums are over two columns of the recordings table.

    Args:
        numerator: a column.
        denominator: a column.
        scale: what the numerator is divided by, such as frames per second.
    """
    return lambda tables: (
        get_column(tables.recordings, numerator) / scale,
        get_column(tables.recordings, denominator),
    )


def pick_seconds(column: str) -> Callable[[pd.DataFrame], pd.Series[float]]:
    """Return the `seconds` of a latency that a column of its table holds."""
    return lambda table: pd.Series(get_column(table, column), table.index)


def pool_by_recording(
    recordings: pd.DataFrame, values: pd.Series[float], names: pd.Series[str]
) -> tuple[Floats, Floats]:
    """Pool values of words to a sum and a number for each recording; several runs share them.

    Args:
        recordings: the recordings table.
        values: one per word.
        names: the recording of each word.
    """
    ids, grouped = recordings["recording"], values.groupby(names)
    runs = ids.map(ids.value_counts()).to_numpy(float)
    total, count = (
        ids.map(each).fillna(0).to_numpy(float) for each in (grouped.sum(), grouped.size())
    )
    return total / runs, count / runs


def _register(declared: Metric, function: Function) -> Function:
    if declared.name in _registered:
        raise ConfigError(f"metric {declared.name}: there is one of that name already")
    _registered[declared.name] = declared
    return function


@cache
def _load_modules() -> None:
    """Import our modules and those of other packages, so that their metrics register."""
    package = import_module(__name__.rpartition(".")[0])
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        import_module(module.name)
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            entry.load()
        except Exception as error:
            owner = entry.dist.name if entry.dist else "?"
            raise ConfigError(
                f"metric {entry.name}: the package {owner} registers it, but {entry.value} cannot"
                f" be loaded ({type(error).__name__}: {error}); mend or uninstall that package"
            ) from error
