"""All points of a sweep together, as its report needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamwer.analysis.sweeps.axes import axes, flat
from streamwer.analysis.sweeps.point import Point
from streamwer.config.experiment import ScoringConfig
from streamwer.errors import StreamwerError
from streamwer.metrics.store import Scored
from streamwer.metrics.tables import Scores
from streamwer.provenance.signature import reasons


@dataclass(frozen=True)
class Sweep:
    """Points on one data set.

    Attributes:
        name: of the sweep, and of the folder of its report.
        points: in the order in which they ran, without repetitions.
        scores: the tables of every point that has figures, by its name.
        budgets: largest p95 of the commit latency to find the best point within, seconds.
        scoring: how sure the figures are.
        facts: what all points share: data set, clock, digests; the same on every run.
    """

    name: str
    points: tuple[Point, ...]
    scores: Mapping[str, Scores]
    budgets: tuple[float, ...]
    scoring: ScoringConfig
    facts: Mapping[str, str]

    @property
    def axes(self) -> list[str]:
        """The settings that were varied."""
        return axes([flat(point.config) for point in self.points])

    @property
    def failures(self) -> list[Point]:
        """The points without figures."""
        return [point for point in self.points if point.failure]


def gathered(
    name: str,
    found: Sequence[tuple[Point, Scored | None]],
    budgets: Sequence[float],
    scoring: ScoringConfig,
    facts: Mapping[str, str],
) -> Sweep:
    """A sweep of the points found; one that was found twice counts once.

    Raises:
        StreamwerError: there are none, or the WERs of two of them are not comparable.
    """
    if not found:
        raise StreamwerError(
            f"sweep {name}: no points; run some with `python -m pipeline.sweep -m`"
        )
    kept: dict[str, tuple[Point, Scored | None]] = {}
    for point, scored in found:
        kept.setdefault(repr((sorted(flat(point.config).items()), point.failure)), (point, scored))
    points = tuple(point for point, _ in kept.values())
    tables = {point.name: scored for point, scored in kept.values() if scored is not None}
    _check_comparable(name, tables)
    scores = {point: scored.scores for point, scored in tables.items()}
    return Sweep(name, points, scores, tuple(budgets), scoring, dict(facts))


def _check_comparable(name: str, tables: Mapping[str, Scored]) -> None:
    """Latencies may be measured in different ways: the way is then one of the settings."""
    first, *others = tables or [""]
    for other in others:
        why = reasons(tables[first].signature, tables[other].signature, "wer")
        if why:
            raise StreamwerError(
                f"sweep {name}: the points {first} and {other} cannot be compared"
                f" ({'; '.join(why)}); make one sweep for each"
            )
