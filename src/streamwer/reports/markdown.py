"""The short report for a pull request."""

from __future__ import annotations

import html
import re

from streamwer.reports import (
    headline,
    machine,
    notes,
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
    """The Markdown text."""
    environment = templating.environment(autoescape=False)
    environment.filters["plain"] = plain
    measured = machine.is_timed(comparison)
    return environment.get_template("comparison.md.j2").render(
        banners=verdict.banners(comparison),
        baseline=comparison.baseline,
        busy=notes.busy(comparison),
        commands=provenance.commands(comparison),
        facts=provenance.facts(comparison),
        groups=headline.groups(comparison, measured=measured),
        intervals=notes.intervals(comparison),
        measured=measured,
        names=[system.summary.name for system in comparison.systems],
        offline_note=notes.offline_note(comparison),
        failures={s.summary.name: s.summary.failures for s in comparison.systems},
        languages=slices.by_language(comparison),
        robustness=robustness.rows(comparison),
        unused=list(notes.unused(comparison)),
        title=verdict.title(comparison),
        verdict=verdict.sentences(comparison),
        versus=comparison.versus,
        versus_rows=run_diff.table(comparison.versus) if comparison.versus else [],
    )


def plain(text: object) -> str:
    """Text that Markdown and HTML leave alone, on one line."""
    one_line = _BREAKS.sub(" ", str(text))
    return _SPECIAL.sub(r"\\\1", html.escape(one_line, quote=False))
