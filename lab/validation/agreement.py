"""How near two clocks must be to each other, and whether they are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

from lab.validation.figures import Figures, find_crossing
from streamwer.config.load import SloConfig

SHARE, LEAST_S = 0.05, 0.02
"""Of p50, p95 and backlog: the virtual clock's may be off by the larger of the two."""
CAPACITY_SHARE = 0.1
STALL_SHARE, RECOVERY_S = 0.1, 0.5
"""After the stall one step decides, the one that waits longest, and the first that waits shortly:
which that is comes at chance, and the limit is wider."""
REPEATS = 3
"""So many are enough: where they are left, one that was timed on a busy machine is not judged."""


@dataclass(frozen=True)
class Load:
    """A load that is played, as a share of the capacity.

    Attributes:
        judged: whether latencies must agree: below saturation, where they do not grow with time.
        stalled: whether the worker stops in it.
    """

    name: str
    share: float
    judged: bool = False
    stalled: bool = False


LOADS = (
    Load("0.3", 0.3, judged=True),
    Load("0.7", 0.7, judged=True),
    Load("1.2", 1.2),
    Load("0.7, stalled", 0.7, judged=True, stalled=True),
)


@dataclass(frozen=True)
class Pair:
    """One load and seed under both clocks."""

    load: Load
    virtual: Figures
    wall: Figures


@dataclass(frozen=True)
class Verdict:
    """One criterion, for the means of the repeats.

    Attributes:
        off: by how much the virtual clock was off, in units of the limit; at most 1 is met.
        told: the two figures.
    """

    criterion: str
    off: float
    told: str

    @property
    def met(self) -> bool:
        return self.off <= 1


@dataclass(frozen=True)
class Capacity:
    """Streams up to which the p95 stays within the level, by either clock; None if unknown."""

    seed: int
    virtual: float | None
    wall: float | None


def judge_pairs(
    pairs: Sequence[Pair], capacities: Sequence[Capacity], slo: SloConfig
) -> list[Verdict]:
    """All criteria; the repeats of a load that count are held to them by their means."""
    loads = dict.fromkeys(pair.load for pair in pairs)
    pairs = [pair for load in loads for pair in select_judged(pairs, load)]
    found = [*_judge_latencies(pairs), *_judge_slopes(pairs, slo.lag_slope)]
    found += _judge_stalls([pair for pair in pairs if pair.load.stalled])
    if capacities:
        found.append(max(map(_judge_capacity, capacities), key=lambda each: each.off))
    return found


def select_judged(pairs: Sequence[Pair], load: Load) -> list[Pair]:
    """The repeats of a load that are judged."""
    mine = [pair for pair in pairs if pair.load == load]
    quiet = [pair for pair in mine if not (pair.virtual.disturbed or pair.wall.disturbed)]
    return quiet if len(quiet) >= REPEATS else mine


def find_capacities(pairs: Sequence[Pair], slo: SloConfig, least: int) -> list[Capacity]:
    """By seed, of those for which at least so many loads were played."""
    found = []
    for seed in sorted({pair.wall.seed for pair in pairs}):
        mine = [pair for pair in pairs if pair.wall.seed == seed and not pair.load.stalled]
        if len(mine) >= least:
            virtual = _find_capacity([pair.virtual for pair in mine], slo)
            found.append(Capacity(seed, virtual, _find_capacity([pair.wall for pair in mine], slo)))
    return found


def compute_median(values: Sequence[float | None]) -> float | None:
    """The median; None where one is not known."""
    known = [value for value in values if value is not None]
    return median(known) if known and len(known) == len(values) else None


def _find_capacity(runs: Sequence[Figures], slo: SloConfig) -> float | None:
    points = [(run.streams, run.p95) for run in runs if run.p95 is not None]
    return find_crossing(points, slo.p95_commit_s)


def _judge_latencies(pairs: Sequence[Pair]) -> Iterator[Verdict]:
    for load in dict.fromkeys(pair.load for pair in pairs if pair.load.judged):
        for name in ("p50", "p95"):
            these = [pair for pair in pairs if pair.load == load]
            yield _judge_means(these, name, f"{name} at {load.name}", SHARE, LEAST_S)


def _judge_stalls(pairs: Sequence[Pair]) -> Iterator[Verdict]:
    if not pairs:
        return
    limits = {"backlog": (STALL_SHARE, LEAST_S), "recovery": (STALL_SHARE, RECOVERY_S)}
    for name, (share, least) in limits.items():
        yield _judge_means(pairs, name, f"{name} after the stall", share, least)


def _judge_means(pairs: Sequence[Pair], key: str, what: str, share: float, least: float) -> Verdict:
    """The means of the repeats; one that has no such figure is off for all."""
    values = [(getattr(pair.virtual, key), getattr(pair.wall, key)) for pair in pairs]
    each = [_judge_figure(what, virtual, wall, share, least) for virtual, wall in values]
    worst = max(each, key=lambda verdict: verdict.off)
    if len(each) == 1 or not math.isfinite(worst.off):
        return worst
    virtual, wall = (fmean(clock) for clock in zip(*values, strict=True))
    mean = _judge_figure(what, virtual, wall, share, least)
    return replace(mean, told=f"{mean.told} (furthest repeat {worst.told.rpartition(', ')[2]})")


def _judge_figure(
    name: str, virtual: float | None, wall: float | None, share: float, least: float
) -> Verdict:
    """The virtual clock's figure beside the wall's; what is not known, or never comes, is off."""
    if virtual is None or wall is None or not (math.isfinite(virtual) and math.isfinite(wall)):
        told = " against ".join(map(_format_seconds, (virtual, wall)))
        return Verdict(name, math.inf, told)
    error = virtual - wall
    told = f"{virtual:.3f} s against {wall:.3f} s: {1000 * error:+.0f} ms"
    told += f", {error / wall:+.1%}" if wall else ""
    return Verdict(name, abs(error) / max(share * wall, least), told)


def _judge_slopes(pairs: Sequence[Pair], limit: float) -> Iterator[Verdict]:
    for load in LOADS:
        these = [pair for pair in pairs if pair.load == load]
        if these:
            yield _judge_slope(load, these, limit)


def _judge_slope(load: Load, pairs: Sequence[Pair], limit: float) -> Verdict:
    """Of slopes that differ by less than the level's own limit the sign is the same, or chance."""
    virtual = fmean(pair.virtual.lag_slope for pair in pairs)
    wall = fmean(pair.wall.lag_slope for pair in pairs)
    told = f"{virtual:+.4f} against {wall:+.4f}"
    same = _get_sign(virtual, limit) == _get_sign(wall, limit)
    return Verdict(
        f"sign of the lag slope at {load.name}",
        0.0 if same else abs(virtual - wall) / limit,
        told,
    )


def _get_sign(slope: float, limit: float) -> int:
    return 0 if abs(slope) <= limit else int(math.copysign(1, slope))


def _judge_capacity(found: Capacity) -> Verdict:
    if found.virtual is None or found.wall is None:
        told = f"{_format_streams(found.virtual)} against {_format_streams(found.wall)}"
        return Verdict("capacity", math.inf, f"{told}: the loads do not bracket it")
    error = found.virtual - found.wall
    told = f"{found.virtual:.1f} against {found.wall:.1f} streams: {error / found.wall:+.1%}"
    return Verdict("capacity", abs(error) / max(1.0, CAPACITY_SHARE * found.wall), told)


def _format_streams(value: float | None) -> str:
    return "not known" if value is None else f"{value:.1f}"


def _format_seconds(value: float | None) -> str:
    if value is None:
        return "too few words"
    return f"{value:.3f} s" if math.isfinite(value) else "never"
