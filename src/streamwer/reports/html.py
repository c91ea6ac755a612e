"""The web page: one file that loads nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from streamwer.analysis import formatting
from streamwer.reports import (
    capacities,
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
from streamwer.reports.calls import calls
from streamwer.reports.comparison import Comparison
from streamwer.reports.embedded_json import islands
from streamwer.reports.palette import styles
from streamwer.reports.plots import bars, curves, lag, load, scatter

_WIDE, _NARROW = 560.0, 344.0
_SCRIPTS = ("data.js", "elements.js", "table.js", "diff.js", "timeline.js", "replay.js", "call.js")
"""They share one scope and go into the page as one script, so that one digest covers it."""


def render(comparison: Comparison) -> str:
    """The whole page."""
    environment = templating.environment()
    found = calls(comparison)
    carried = capacities.sections(comparison)
    script = _script(environment)
    return environment.get_template("index.html.j2").render(
        banners=verdict.banners(comparison),
        busy=notes.busy(comparison),
        calls=found,
        capacities=carried,
        capacity_cells=capacities.cells,
        capacity_command=capacities.COMMAND,
        capacity_head=capacities.HEAD,
        capacity_legend=capacities.LEGEND,
        comparison=comparison,
        commands=provenance.commands(comparison),
        confidence=provenance.confidence(comparison),
        config=provenance.config_rows(comparison.systems),
        definitions=notes.DEFINITIONS,
        facts=provenance.facts(comparison),
        groups=headline.groups(comparison),
        islands=islands(comparison, found),
        intervals=notes.intervals(comparison),
        limits=notes.limits(comparison),
        load_plots={each.name: _load_plots(each) for each in carried},
        machine=machine.table(comparison),
        offline_note=notes.offline_note(comparison),
        robustness=robustness.rows(comparison),
        script=Markup(script),
        script_digest=templating.digest(script),
        sizes=_sizes(comparison),
        slices=slices.groups(comparison),
        blocks=formatting.count(*notes.blocks(comparison)),
        styles=styles(comparison),
        summaries=[system.summary for system in comparison.systems],
        title=verdict.title(comparison),
        verdict=verdict.sentences(comparison),
        versus=comparison.versus,
        versus_rows=run_diff.table(comparison.versus) if comparison.versus else [],
        **_plots(comparison),
    )


def _plots(comparison: Comparison) -> dict[str, list[tuple[str, object]]]:
    """Each plot laid out for wide and for narrow screens."""
    drawn: dict[str, tuple[Callable[[Comparison, Any], object], Any, Any]] = {
        "scatters": (scatter.scatter, scatter.WIDE, scatter.NARROW),
        "curves": (curves.curves, curves.WIDE, curves.NARROW),
        "causes": (bars.causes, _WIDE, _NARROW),
        "lags": (lag.lag, lag.WIDE, lag.NARROW),
        "costs": (bars.cost, _WIDE, _NARROW),
        "conditions": (bars.by_condition, _WIDE, _NARROW),
    }
    return {
        name: [("wide", draw(comparison, wide)), ("narrow", draw(comparison, narrow))]
        for name, (draw, wide, narrow) in drawn.items()
    }


def _load_plots(section: capacities.Section) -> dict[str, list[tuple[str, object]]]:
    frames = (("wide", load.WIDE), ("narrow", load.NARROW))
    return {
        "latency": [(size, load.latency(section, frame)) for size, frame in frames],
        "busy": [(size, load.busy(section, frame)) for size, frame in frames],
    }


def _sizes(comparison: Comparison) -> dict[str, str]:
    """How much was compared, for the line below the verdict."""
    first = comparison.systems[0].summary if comparison.systems else None
    return {
        "recordings": formatting.count(first.recordings if first else 0, "recording"),
        "audio": formatting.duration(first.audio_seconds if first else 0.0),
        "words": formatting.count(first.errors.words if first else 0, "word"),
    }


def _script(environment: Environment) -> str:
    parts = "\n".join(templating.source(environment, name) for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}start();\n}})();'
