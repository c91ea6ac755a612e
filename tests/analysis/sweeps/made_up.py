"""A made-up sweep: two policies at three chunks on made-up calls, scored as real ones are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from streamwer.analysis.sweeps.point import SweepPoint, build_failed_point, build_point
from streamwer.analysis.sweeps.sweep import Sweep, build_sweep
from streamwer.metrics import store
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.store import SignedScores
from streamwer.metrics.tables import Scores
from streamwer.text.normalise import get_normaliser
from tests.reports import synthetic
from tests.reports.synthetic import SCORING, Manner

CHUNKS = (0.5, 1.0, 2.0)
POLICIES = {"careful": 0.03, "hasty": 0.04}
BUDGETS = (0.1, 1.5, 2.5, 60.0)


def config(policy: str, chunk: float) -> dict[str, Any]:
    return {
        "policy": {"name": policy, "chunk_s": chunk},
        "model": {"name": "made-up", "compute_type": "int8"},
        "clock": {"name": "unaware"},
        "normaliser": "basic",
        "data": "0123456789abcdef",
    }


def scores(policy: str, chunk: float) -> Scores:
    return score_system(policy, chunk).scores


@cache
def score_system(policy: str, chunk: float) -> SignedScores:
    """A longer chunk holds words back longer and makes fewer errors."""
    calls = synthetic.references(count=12)
    manner = Manner(policy, POLICIES[policy] / chunk, chunk, 0.1)
    log = synthetic.log(calls, manner, timed=False)
    return store.score_and_sign(calls, log, get_normaliser(SCORING.normaliser))


@cache
def make_points() -> tuple[tuple[SweepPoint, SignedScores | None], ...]:
    points: list[tuple[SweepPoint, SignedScores | None]] = []
    for policy in POLICIES:
        for chunk in CHUNKS:
            name, tables = str(len(points) + 1), score_system(policy, chunk)
            command = f"python -m pipeline.sweep policy={policy} policy.chunk_s={chunk:g}"
            made = build_point(name, command, config(policy, chunk), tables.scores, SCORING)
            points.append((made, tables))
    reason = "policy.chunk_s=<script>alert(1)</script> | is no number"
    broken = build_failed_point("7", "python -m pipeline.sweep", config("careful", 9.0), reason)
    return (*points, (broken, None))


def sweep() -> Sweep:
    facts = {"data set": "made-up calls", "normaliser": "basic"}
    return build_sweep("made_up", make_points(), BUDGETS, SCORING, facts)


def point(name: str, wer: float, p95: float | None, **values: Any) -> SweepPoint:
    """A point of which only the two objectives and the settings matter."""
    return SweepPoint(
        name=name,
        command=f"run {name}",
        config=values,
        wer=Interval(wer, wer, wer),
        p95=Quantile(p95, p95, p95),
        recordings=1,
    )


def names(points: Sequence[SweepPoint]) -> list[str]:
    return [each.name for each in points]
