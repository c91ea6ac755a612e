"""Several logs side by side, and each against one of them, where they are comparable."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from streamwer.analysis.log_figures import NEVER, Figures, plain, row
from streamwer.config.experiment import ScoringConfig
from streamwer.metrics.comparing import (
    Reasons,
    comparable_differences,
    incomparable,
    latency_differences,
)
from streamwer.metrics.differences import Difference
from streamwer.metrics.stats.intervals import choose_decimals
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.store import Scored
from streamwer.metrics.summary import Percentiles


@dataclass(frozen=True)
class Against:
    """One log against the baseline.

    Attributes:
        wer: the difference in WER; None where it is not comparable.
        latencies: the differences in seconds that both logs can tell, by name; empty where they
            are not comparable.
        reasons: why not, by figure.
    """

    wer: Difference | None
    latencies: Mapping[str, Percentiles]
    reasons: Reasons

    def record(self) -> dict[str, object]:
        """For JSON; latencies may be "inf" or "-inf", where only one system's came at all."""
        timed = {
            name: {key: _finite(asdict(value)) for key, value in percentiles.items()}
            for name, percentiles in self.latencies.items()
        }
        told = {figure: list(reasons) for figure, reasons in self.reasons.items() if reasons}
        wer = self.wer and asdict(self.wer) | {"finding": self.wer.finding}
        return {"wer": wer, **timed, "not_comparable": told}

    def lines(self, baseline: str) -> Iterator[str]:
        """For a terminal."""
        yield row("against", baseline)
        for figure, reasons in self.reasons.items():
            if reasons:
                yield row(f"not comparable ({figure})", "; ".join(reasons))
        if self.wer:
            yield row("ΔWER", _points(self.wer))
        for name, percentiles in self.latencies.items():
            for percentile, value in percentiles.items():
                short = name.replace("_latency", "").replace("_", " ")
                yield row(f"Δ {short} {percentile}", _seconds(value))


@dataclass(frozen=True)
class Comparison:
    """Figures by system, and those of the others against the baseline, where one was named."""

    systems: Mapping[str, Figures]
    baseline: str = ""
    against: Mapping[str, Against] | None = None

    @property
    def refused(self) -> bool:
        """Whether a WER was to be compared that is not comparable."""
        return any(each.reasons["wer"] for each in (self.against or {}).values())

    def json(self) -> str:
        """All figures; of one log alone without its name."""
        records = {name: self._record(name) for name in self.systems}
        found: object = {"baseline": self.baseline or None, "systems": records}
        if len(records) == 1:
            (found,) = records.values()
        return json.dumps(plain(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def table(self) -> str:
        """The same for a terminal."""
        blocks = ["".join(f"{line}\n" for line in self._lines(name)) for name in self.systems]
        return "\n".join(blocks)

    def _record(self, name: str) -> dict[str, object]:
        against = (self.against or {}).get(name)
        compared = {"against_baseline": against.record()} if against else {}
        return self.systems[name].record() | compared

    def _lines(self, name: str) -> Iterator[str]:
        if len(self.systems) > 1:
            yield row("system", name)
        yield from self.systems[name].lines()
        if self.against and name in self.against:
            yield from self.against[name].lines(self.baseline)


def compare(systems: Mapping[str, Figures], baseline: str, scoring: ScoringConfig) -> Comparison:
    """Each system against the baseline, which is one of them."""
    scored = {name: Scored(each.scores, each.signature) for name, each in systems.items()}
    reasons = incomparable({name: each.signature for name, each in scored.items()}, baseline)
    wer = comparable_differences(scored, baseline, scoring)
    base = systems[baseline]
    against = {
        name: Against(
            wer.get(name),
            {} if reasons[name]["latency"] else _latencies(mine, base, scoring),
            reasons[name],
        )
        for name, mine in systems.items()
        if name != baseline
    }
    return Comparison(systems, baseline, against)


def _latencies(mine: Figures, base: Figures, scoring: ScoringConfig) -> dict[str, Percentiles]:
    if not mine.timed:
        return {}
    told = {
        "commit_latency": mine.compute_aware and base.compute_aware,
        "commit_latency_ideal": mine.ideal and base.ideal,
    }
    found = latency_differences(mine.scores, base.scores, scoring)
    return {name: values for name, values in found.items() if told.get(name, True)}


def _points(delta: Difference) -> str:
    if math.isnan(delta.value):
        return "no reference words"
    ends = 100 * delta.low, 100 * delta.high
    digits = choose_decimals(ends, (0.0, 100 * delta.margin), 2)
    interval = "  [{:+.{d}f}, {:+.{d}f}]".format(*ends, d=digits) if delta.known else ""
    return f"{100 * delta.value:+.2f} points{interval}: {delta.finding}"


def _seconds(quantile: Quantile) -> str:
    if quantile.value is None:
        return "n too small"
    sure = [_late(end) for end in (quantile.low, quantile.high) if end is not None]
    unit = "" if math.isinf(quantile.value) else " s"
    return f"{_late(quantile.value)}{unit}" + (f"  [{', '.join(sure)}]" if sure else "")


def _late(seconds: float) -> str:
    if math.isinf(seconds):
        return NEVER if seconds > 0 else "no longer never"
    return f"{seconds:+.3f}"


def _finite(values: Mapping[str, float | None]) -> dict[str, object]:
    return {
        key: f"{value:g}" if value is not None and math.isinf(value) else value
        for key, value in values.items()
    }
