"""The short report for a pull request, as Markdown."""

from __future__ import annotations

import html
import re

from streamwer.reports import (
    all_figures,
    machine,
    notes,
    pareto,
    provenance,
    robustness,
    run_diff,
    slices,
    templating,
    verdict,
)
from streamwer.reports.comparison import Comparison

_BREAKS = re.compile(r"[\t-\r\x85\u2028\u2029]+")
_SPECIAL = re.compile(r"([\\`*_\[\]|~#@])")


def render(comparison: Comparison) -> str:
    """Render the Markdown text."""
    environment = templating.make_environment(autoescape=False)
    environment.filters["plain"] = escape
    measured = machine.measures_compute(comparison)
    return environment.get_template("comparison.md.j2").render(
        warnings=verdict.list_warnings(comparison),
        commands=provenance.list_commands(comparison),
        facts=provenance.list_facts(comparison),
        groups=all_figures.build_figure_groups(comparison, measured=measured),
        intervals=notes.describe_intervals(comparison),
        measured=measured,
        pareto_lines=list(pareto.describe_pareto_lines(comparison)),
        names=[system.summary.name for system in comparison.systems],
        failures={s.summary.name: s.summary.failures for s in comparison.systems},
        languages=slices.build_language_table(comparison),
        robustness=robustness.build_robustness_rows(comparison),
        unused=list(notes.describe_unused_rows(comparison)),
        dataset=comparison.dataset,
        title=verdict.make_title(comparison),
        verdict=verdict.describe_verdict(comparison),
        run_diff=comparison.run_diff,
        run_diff_rows=run_diff.build_rows(comparison.run_diff),
    )


def escape(text: object) -> str:
    """Return the text on one line, escaped for Markdown and HTML."""
    one_line = _BREAKS.sub(" ", str(text))
    return _SPECIAL.sub(r"\\\1", html.escape(one_line, quote=False))
