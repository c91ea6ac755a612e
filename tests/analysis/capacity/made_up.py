"""Studies that were never run: figures by formula, with the bounds that a test asks for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from streamwer.analysis.capacity.figures import LoadFigures
from streamwer.analysis.capacity.search import estimate_capacity
from streamwer.analysis.capacity.study import CapacityStudy, ServiceLevel, SystemCapacity
from streamwer.config.load import SloConfig
from streamwer.provenance.signature import Method, Signature, Subject

SIGNED = Signature(
    Method(audio="a1", references="r1", times="t1", normaliser="basic@1", clock="profile(x@1)"),
    Subject(policy="p(chunk_s=1)", engine="direct", model="m@1", packages=(("numpy", "2.4"),)),
)


def run(streams: int, seed: int, bound: int, p95: float = 1.0) -> LoadFigures:
    """A run that is within the level up to a bound, and loses words above it."""
    busy = round(min(1.0, 0.9 * streams / max(1, bound)), 3)
    late = p95 if streams <= bound else 3 * p95
    return LoadFigures(
        streams=streams,
        seed=seed,
        offered=streams - 0.2,
        achieved=min(float(streams), 1.5 * bound),
        p50=p95 / 2,
        p95=late,
        p99=late if streams <= bound else math.inf,
        words=900,
        lag_slope=0.0,
        utilisation=busy,
        waiting=round(busy**4, 3),
        wer=0.03,
        wer_alone=0.03,
        emitted=1.0 if streams <= bound else 0.97,
        partial_rate=1.0,
    )


def make_capacity(
    bounds: Sequence[int], loads: Sequence[int], p95: float = 1.0, signature: Signature = SIGNED
) -> SystemCapacity:
    """A system with one bound for each seed, played at all the loads."""
    runs = tuple(
        run(streams, seed, bound, p95)
        for streams in sorted(loads)
        for seed, bound in enumerate(bounds, 1)
    )
    return SystemCapacity(signature, estimate_capacity(bounds), runs)


def study(systems: Mapping[str, SystemCapacity], slo: SloConfig | None = None) -> CapacityStudy:
    """One level of service."""
    level = slo or SloConfig()
    return CapacityStudy(
        level.name, ServiceLevel("fixed(phase_s=1)", level, 60.0, 20.0), dict(systems)
    )
