"""The report's plots by themselves, as SVG for a notebook or a file."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from markupsafe import Markup

from streamwer.reports.comparison import Comparison
from streamwer.reports.plots.axis import WIDE, WIDE_LABELLED
from streamwer.reports.plots.curves import plot_curves
from streamwer.reports.plots.scatter import plot_scatter
from streamwer.reports.provenance import format_confidence
from streamwer.reports.templating import make_environment


@dataclass(frozen=True)
class SvgPlot:
    """A plot; a notebook shows it, and `save` writes it as a page of its own.

    Attributes:
        html: the figure with its caption, and the style that it needs.
    """

    html: str

    def save(self, path: str | PathLike[str]) -> None:
        """Write the plot as an HTML file."""
        page = f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n{self.html}</html>\n'
        Path(path).write_text(page, encoding="utf-8")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.html)} characters; .save(path) writes it>"

    def _repr_html_(self) -> str:
        return self.html


def draw_scatter(comparison: Comparison) -> SvgPlot:
    """Draw WER against median commit latency, with the intervals of both."""
    return _draw("scatter", scatters=[("wide", plot_scatter(comparison, WIDE))], of=comparison)


def draw_latency_curves(comparison: Comparison) -> SvgPlot:
    """Draw the share of words that are final within a time, one curve per system."""
    return _draw("curves", curves=[("wide", plot_curves(comparison, WIDE_LABELLED))], of=comparison)


def _draw(name: str, *, of: Comparison, **plots: Any) -> SvgPlot:
    template = make_environment().get_template("figure.html.j2")
    content = template.render(name=name, confidence=Markup(format_confidence(of)), **plots)
    return SvgPlot(content)
