"""The report of capacities: JSON for programs, a table for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from statistics import mean
from typing import Any

from streamwer import config
from streamwer.capacity import Estimate, Figures, broken
from streamwer.cluster.recorded import named
from streamwer.config import Config
from streamwer.load_config import SloConfig
from streamwer.reports.rounding import number

SCHEMA = 1
_DIGITS = 6
_NEVER = "∞"


@dataclass(frozen=True)
class Result:
    """One system: its capacity, and every run that was played for it, by streams and seed."""

    system: str
    capacity: Estimate
    runs: tuple[Figures, ...]


def render(
    results: Sequence[Result], settings: Config, seconds: float, warm_up: float
) -> dict[str, str | bytes]:
    """`capacity.json` and `capacity.md`; the same for the same runs."""
    content = {
        "schema": SCHEMA,
        "clock": settings.clock.name,
        "load": _load(settings),
        "slo": asdict(settings.slo),
        "seconds": seconds,
        "warm_up": warm_up,
        "systems": {each.system: _system(each, settings) for each in results},
    }
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return {"capacity.json": text, "capacity.md": _markdown(results, settings)}


def _load(settings: Config) -> str:
    """How calls arrive, without how many and from which seed: each run tells its own."""
    left_out = ("streams", "seed", "calls_per_s")
    return named({k: v for k, v in asdict(settings.load).items() if k not in left_out})


def machine(memory_mb: int, seconds: float) -> str:
    """What this machine took for it: `machine.json`, apart since it differs from run to run."""
    return json.dumps({"peak_memory_mb": memory_mb, "seconds": round(seconds, 1)}, indent=2) + "\n"


def progress(found: Figures, slo: SloConfig) -> str:
    """One run in one line."""
    missed = broken(found, slo)
    return (
        f"{found.streams} streams, seed {found.seed}: p95 {_seconds(found.p95)}, busy"
        f" {found.utilisation:.0%}; {'missed: ' + ', '.join(missed) if missed else 'within'}"
    )


def _system(result: Result, settings: Config) -> dict[str, Any]:
    capacity = asdict(result.capacity)
    return {
        "policy": config.system(settings, result.system).policy,
        "capacity": {**capacity, "confidence": round(capacity["confidence"], 4)},
        "runs": [_run(each, settings.slo) for each in result.runs],
    }


def _run(found: Figures, slo: SloConfig) -> dict[str, Any]:
    values = {
        key: number(value, _DIGITS) if isinstance(value, float) else value
        for key, value in asdict(found).items()
    }
    return {**values, "missed": list(broken(found, slo))}


def _markdown(results: Iterable[Result], settings: Config) -> str:
    lines = [
        f"# Calls at once on one worker (clock {settings.clock.name}, {_load(settings)})",
        "",
        _level(settings.slo),
    ]
    for result in results:
        lines += ["", *_of_system(result, settings.slo)]
    return "\n".join(lines) + "\n"


def _level(slo: SloConfig) -> str:
    return (
        f"Service level {slo.name}: p95 of the commit latency ≤ {slo.p95_commit_s:g} s, lag slope"
        f" ≤ {slo.lag_slope:g}, WER at most {slo.wer_points:g} points above that alone,"
        f" ≥ {slo.emitted:.4g} of the words emitted, updates ≥ {slo.partial_rate:g} of those alone."
    )


def _of_system(result: Result, slo: SloConfig) -> list[str]:
    capacity = result.capacity
    return [
        f"## {result.system}: {capacity.value} calls",
        "",
        f"{capacity.low} to {capacity.high} over the seeds of the arrivals, a"
        f" {100 * capacity.confidence:.3g} % interval of the median.",
        "",
        "| streams | offered | achieved | p50 | p95 | p99 | lag slope | busy | waiting"
        " | ΔWER, points | emitted | updates | within |",
        "|" + "---:|" * 13,
        *(_row(list(runs), slo) for _, runs in groupby(result.runs, lambda run: run.streams)),
    ]


def _row(runs: Sequence[Figures], slo: SloConfig) -> str:
    within = sum(not broken(run, slo) for run in runs)
    cells = [
        str(runs[0].streams),
        f"{mean(run.offered for run in runs):.1f}",
        f"{mean(run.achieved for run in runs):.1f}",
        *(_seconds(_mean([getattr(run, name) for run in runs])) for name in ("p50", "p95", "p99")),
        f"{mean(run.lag_slope for run in runs):+.4f}",
        f"{mean(run.utilisation for run in runs):.0%}",
        f"{mean(run.waiting for run in runs):.2f}",
        f"{100 * mean(run.wer - run.wer_alone for run in runs):+.2f}",
        f"{100 * mean(run.emitted for run in runs):.2f} %",
        f"{mean(run.partial_rate for run in runs):.3f}",
        f"{within} of {len(runs)}",
    ]
    return f"| {' | '.join(cells)} |"


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if len(known) == len(values) else None


def _seconds(value: float | None) -> str:
    if value is None:
        return "n too small"
    return _NEVER if value == float("inf") else f"{value:.2f} s"
