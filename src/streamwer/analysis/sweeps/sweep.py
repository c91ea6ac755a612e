"""A sweep: all its points, as its report needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from streamwer.analysis.sweeps.axes import find_axes, flatten_config
from streamwer.analysis.sweeps.point import MEASURES, SweepPoint
from streamwer.config.scoring import ScoringConfig
from streamwer.errors import StreamwerError
from streamwer.metrics.store import SignedScores
from streamwer.metrics.tables import Scores
from streamwer.provenance.signature import find_incomparable_fields


@dataclass(frozen=True)
class Sweep:
    """Points on one data set.

    Attributes:
        points: in the order in which they ran, without repetitions.
        scores: the tables of every point that has figures, by its name.
        budgets: largest latency to find the best point within, seconds.
        facts: shared by all points: data set, clock, digests; the same on every run.
    """

    name: str
    points: tuple[SweepPoint, ...]
    scores: Mapping[str, Scores]
    budgets: tuple[float, ...]
    scoring: ScoringConfig
    facts: Mapping[str, str]

    @property
    def axes(self) -> list[str]:
        """The settings that were varied."""
        return find_axes([flatten_config(point.config) for point in self.points])

    @property
    def measure(self) -> str:
        """The latency that all points go by: p95, or the next of `MEASURES` that is known."""
        return self.points[0].measure

    @property
    def failures(self) -> list[SweepPoint]:
        """The points without figures."""
        return [point for point in self.points if point.failure]


def build_sweep(
    name: str,
    found: Sequence[tuple[SweepPoint, SignedScores | None]],
    budgets: Sequence[float],
    scoring: ScoringConfig,
    facts: Mapping[str, str],
) -> Sweep:
    """Build a sweep from its points; equal ones count once.

    Args:
        name: of the sweep.
        found: each point with its scores, None for a failed one.
        budgets: seconds.
        scoring: of the intervals.
        facts: shared by all points.

    Raises:
        StreamwerError: there are none, or the WERs of two of them are not comparable.
    """
    if not found:
        raise StreamwerError(
            f"sweep {name}: no points; run some with `python -m pipeline.sweep -m`"
        )
    unique: dict[str, tuple[SweepPoint, SignedScores | None]] = {}
    for point, scored in found:
        unique.setdefault(
            repr((sorted(flatten_config(point.config).items()), point.failure)), (point, scored)
        )
    points = [point for point, _ in unique.values()]
    by_measure = [[replace(point, measure=measure) for point in points] for measure in MEASURES]
    known = (each for each in by_measure if any(point.is_finite for point in each))
    points = next(known, points)
    tables = {point.name: scored for point, scored in unique.values() if scored is not None}
    _check_comparable(name, tables)
    scores = {point: scored.scores for point, scored in tables.items()}
    return Sweep(name, tuple(points), scores, tuple(budgets), scoring, dict(facts))


def _check_comparable(name: str, tables: Mapping[str, SignedScores]) -> None:
    """Check the WERs only: how latencies are measured may be one of the settings."""
    first, *others = tables or [""]
    for other in others:
        why = find_incomparable_fields(tables[first].signature, tables[other].signature, "wer")
        if why:
            raise StreamwerError(
                f"sweep {name}: the points {first} and {other} cannot be compared"
                f" ({'; '.join(why)}); make one sweep for each"
            )
