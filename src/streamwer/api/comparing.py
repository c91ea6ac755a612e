"""Compare systems on the same recordings, and write the report, from Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from streamwer.analysis.log_comparison import LogComparison, compare_logs
from streamwer.api.plotting import SvgPlot, draw_latency_curves, draw_scatter
from streamwer.api.references import ReferenceInput
from streamwer.api.scoring import DEFAULT_NORMALISER, LogInput, Score, score
from streamwer.config.scoring import ScoringConfig
from streamwer.errors import LogError
from streamwer.metrics.differences import Difference
from streamwer.reports import write_report
from streamwer.reports.comparison import Comparison
from streamwer.reports.runs import make_comparison


@dataclass(frozen=True)
class SystemComparison:
    """Several systems on the same recordings, each against a baseline. It prints as tables.

    Attributes:
        scores: of each system, by name.
        baseline: the system that the others are compared with.
    """

    scores: Mapping[str, Score]
    baseline: str
    _compared: LogComparison = field(repr=False)
    _confidence: float = field(repr=False)

    def difference(self, system: str) -> Difference | None:
        """Return WER minus the baseline's, paired by speaker, with what it shows.

        Args:
            system: its name.

        Returns:
            The difference as a fraction; None where the two are not comparable.

        Raises:
            KeyError: there is no such system besides the baseline.
        """
        return (self._compared.against or {})[system].wer

    def to_frame(self) -> pd.DataFrame:
        """Return one row per system: WER and commit latency with intervals, and ΔWER."""
        rows = [self._row(name, each) for name, each in self.scores.items()]
        return pd.DataFrame(rows).set_index("system")

    def plot(self) -> SvgPlot:
        """Draw WER against latency with intervals, for a notebook."""
        return draw_scatter(self._for_report())

    def plot_latency(self) -> SvgPlot:
        """Draw the share of words that are final within a time, one curve per system."""
        return draw_latency_curves(self._for_report())

    def report(self, folder: str | PathLike[str]) -> Path:
        """Write the comparison report into a folder; see `report`."""
        return report(self, folder)

    def _for_report(self) -> Comparison:
        figures = {name: each.figures for name, each in self.scores.items()}
        return make_comparison(figures, self._compared, self._confidence)

    def _row(self, name: str, system: Score) -> dict[str, Any]:
        latency = system.latency()
        against = None if name == self.baseline else self.difference(name)
        return {
            "system": name,
            "wer": system.wer.value,
            "wer_low": system.wer.low,
            "wer_high": system.wer.high,
            "delta_wer": against.value if against else None,
            "delta_low": against.low if against else None,
            "delta_high": against.high if against else None,
            "finding": against.finding if against else "",
            **{f"commit_latency_{key}_s": value.value for key, value in latency.items()},
        }

    def __str__(self) -> str:
        return self._compared.to_table()

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(float_format="{:.4g}".format))


def compare(
    systems: Mapping[str, LogInput | Score],
    *,
    reference: ReferenceInput | None = None,
    baseline: str = "",
    normaliser: str = DEFAULT_NORMALISER,
    language: str = "",
    confidence: float = 0.95,
) -> SystemComparison:
    """Compare systems on the same recordings, with paired intervals.

    Args:
        systems: by name, what `stream` returned, log files, or scores that `score` returned.
        reference: the right words; see `score`.
        baseline: the system that the others are compared with; by default the first.
        normaliser: what counts as the same word; see `score`.
        language: of recordings whose reference does not say it.
        confidence: of the intervals; of the differences it holds for all of them at once.

    Returns:
        The comparison, which prints itself.

    Raises:
        LogError: there are fewer than two systems, or no system of the baseline's name.
        DatasetError: the references cannot be read.

    Example:
        >>> import streamwer as sw
        >>> both = sw.compare({"a": log_a, "b": log_b}, reference="calls.jsonl")
        >>> both.difference("b").finding
        'not decided'
        >>> both.report("out/")
        PosixPath('out/index.html')
    """
    baseline = baseline or next(iter(systems), "")
    if len(systems) < 2 or baseline not in systems:
        known = ", ".join(systems) or "none"
        raise LogError(f"compare needs two systems and one of them as baseline; given: {known}")
    options = (reference, normaliser, language, confidence)
    scores = {name: _score_system(each, *options) for name, each in systems.items()}
    figures = {name: each.figures for name, each in scores.items()}
    scoring = ScoringConfig(normaliser=normaliser, confidence=confidence)
    return SystemComparison(scores, baseline, compare_logs(figures, baseline, scoring), confidence)


def _score_system(
    system: LogInput | Score,
    reference: ReferenceInput | None,
    normaliser: str,
    language: str,
    confidence: float,
) -> Score:
    if isinstance(system, Score):
        return system
    return score(
        system,
        reference=reference,
        normaliser=normaliser,
        language=language,
        confidence=confidence,
    )


def report(comparison: SystemComparison, folder: str | PathLike[str]) -> Path:
    """Write the report of a comparison: a web page, a table for a pull request, data files.

    Args:
        comparison: what `compare` returned.
        folder: made if it is missing.

    Returns:
        The web page, `index.html`.

    Raises:
        StreamwerError: the folder cannot be written; files already there are left as they were.
    """
    path = Path(folder)
    write_report(comparison._for_report(), path)
    return path / "index.html"
