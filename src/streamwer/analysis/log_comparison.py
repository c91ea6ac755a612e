"""Comparison of several logs, each against a baseline log where they are comparable."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from streamwer.analysis.log_figures import NEVER, LogFigures, format_row, to_json_value
from streamwer.config.scoring import ScoringConfig
from streamwer.metrics.comparison import (
    Reasons,
    compare_comparable_wer,
    compare_latencies,
    find_incomparable,
)
from streamwer.metrics.differences import Difference
from streamwer.metrics.stats.intervals import choose_decimals
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.store import SignedScores
from streamwer.metrics.summary import Percentiles


@dataclass(frozen=True)
class BaselineDifference:
    """Differences of one log from the baseline.

    Attributes:
        wer: the difference in WER; None where not comparable.
        latencies: the differences in seconds that both logs have, by name; empty where they are
            not comparable.
        reasons: why not, by figure.
    """

    wer: Difference | None
    latencies: Mapping[str, Percentiles]
    reasons: Reasons

    def to_record(self) -> dict[str, object]:
        """Return the values for JSON; "inf" or "-inf" where one system never emitted the word."""
        timed = {
            name: {key: _spell_infinities(asdict(value)) for key, value in percentiles.items()}
            for name, percentiles in self.latencies.items()
        }
        incomparable = {
            figure: list(reasons) for figure, reasons in self.reasons.items() if reasons
        }
        wer = self.wer and asdict(self.wer) | {"finding": self.wer.finding}
        return {"wer": wer, **timed, "not_comparable": incomparable}

    def format_lines(self, baseline: str) -> Iterator[str]:
        """Yield the lines for a terminal."""
        yield format_row("against", baseline)
        for figure, reasons in self.reasons.items():
            if reasons:
                yield format_row(f"not comparable ({figure})", "; ".join(reasons))
        if self.wer:
            yield format_row("ΔWER", _format_wer(self.wer))
        for name, percentiles in self.latencies.items():
            for percentile, value in percentiles.items():
                short = name.replace("_latency", "").replace("_", " ")
                yield format_row(f"Δ {short} {percentile}", _format_quantile(value))


@dataclass(frozen=True)
class LogComparison:
    """Figures by system, and their differences from the baseline, where there is one."""

    systems: Mapping[str, LogFigures]
    baseline: str = ""
    against: Mapping[str, BaselineDifference] | None = None

    @property
    def has_incomparable_wer(self) -> bool:
        """Tell whether some WER is not comparable with the baseline's."""
        return any(each.reasons["wer"] for each in (self.against or {}).values())

    def to_json(self) -> str:
        """Return all figures as JSON; those of a single log without its name."""
        records = {name: self._record(name) for name in self.systems}
        found: object = {"baseline": self.baseline or None, "systems": records}
        if len(records) == 1:
            (found,) = records.values()
        return (
            json.dumps(to_json_value(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        )

    def to_table(self) -> str:
        """Return the same as a table for a terminal."""
        blocks = ["".join(f"{line}\n" for line in self._list_lines(name)) for name in self.systems]
        return "\n".join(blocks)

    def _record(self, name: str) -> dict[str, object]:
        against = (self.against or {}).get(name)
        compared = {"against_baseline": against.to_record()} if against else {}
        return self.systems[name].to_record() | compared

    def _list_lines(self, name: str) -> Iterator[str]:
        if len(self.systems) > 1:
            yield format_row("system", name)
        yield from self.systems[name].format_lines()
        if self.against and name in self.against:
            yield from self.against[name].format_lines(self.baseline)


def compare_logs(
    systems: Mapping[str, LogFigures], baseline: str, scoring: ScoringConfig
) -> LogComparison:
    """Compare each system with the baseline.

    Args:
        systems: figures by name.
        baseline: the name of one of them.
        scoring: of the intervals.
    """
    scored = {name: SignedScores(each.scores, each.signature) for name, each in systems.items()}
    reasons = find_incomparable({name: each.signature for name, each in scored.items()}, baseline)
    wer = compare_comparable_wer(scored, baseline, scoring)
    base = systems[baseline]
    against = {
        name: BaselineDifference(
            wer.get(name),
            {} if reasons[name]["latency"] else _compare_latencies(figures, base, scoring),
            reasons[name],
        )
        for name, figures in systems.items()
        if name != baseline
    }
    return LogComparison(systems, baseline, against)


def _compare_latencies(
    system: LogFigures, base: LogFigures, scoring: ScoringConfig
) -> dict[str, Percentiles]:
    if not system.has_latencies:
        return {}
    known = {
        "commit_latency": system.compute_aware and base.compute_aware,
        "commit_latency_ideal": system.ideal and base.ideal,
    }
    found = compare_latencies(system.scores, base.scores, scoring)
    return {name: values for name, values in found.items() if known.get(name, True)}


def _format_wer(delta: Difference) -> str:
    if math.isnan(delta.value):
        return "no reference words"
    ends = 100 * delta.low, 100 * delta.high
    digits = choose_decimals(ends, (0.0, 100 * delta.margin), 2)
    interval = "  [{:+.{d}f}, {:+.{d}f}]".format(*ends, d=digits) if delta.is_known else ""
    return f"{100 * delta.value:+.2f} points{interval}: {delta.finding}"


def _format_quantile(quantile: Quantile) -> str:
    if quantile.value is None:
        return "n too small"
    interval = [_format_shift(end) for end in (quantile.low, quantile.high) if end is not None]
    unit = "" if math.isinf(quantile.value) else " s"
    return f"{_format_shift(quantile.value)}{unit}" + (
        f"  [{', '.join(interval)}]" if interval else ""
    )


def _format_shift(seconds: float) -> str:
    if math.isinf(seconds):
        return NEVER if seconds > 0 else "no longer never"
    return f"{seconds:+.3f}"


def _spell_infinities(values: Mapping[str, float | None]) -> dict[str, object]:
    return {
        key: f"{value:g}" if value is not None and math.isinf(value) else value
        for key, value in values.items()
    }
