"""The web page of a comparison: one file that loads nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from streamwer.analysis.formatting import format_count, format_duration
from streamwer.reports import (
    all_figures,
    capacities,
    notes,
    pareto,
    provenance,
    robustness,
    run_diff,
    slices,
    templating,
    verdict,
)
from streamwer.reports.calls import collect_calls
from streamwer.reports.comparison import Comparison
from streamwer.reports.embedded_json import embed_calls
from streamwer.reports.palette import assign_styles
from streamwer.reports.plots import bars, curves, lag, load, scatter
from streamwer.reports.plots.axis import NARROW, WIDE, WIDE_LABELLED

_SCRIPTS = ("data.js", "elements.js", "table.js", "diff.js", "timeline.js", "replay.js", "call.js")
"""They share one scope and go into the page as one script, so that one hash covers it."""


def render(comparison: Comparison) -> str:
    """Render the whole page."""
    environment = templating.make_environment()
    sections = capacities.build_sections(comparison)
    script = _join_scripts(environment)
    return environment.get_template("index.html.j2").render(
        warnings=verdict.list_warnings(comparison),
        blocks=notes.count_blocks(comparison)[0],
        capacities=sections,
        capacity_cells=capacities.format_load,
        capacity_head=capacities.HEADER,
        capacity_legend=capacities.LEGEND,
        comparison=comparison,
        commands=provenance.list_commands(comparison),
        confidence=provenance.format_confidence(comparison),
        config=provenance.compare_configs(comparison.systems),
        dataset=comparison.dataset,
        facts=provenance.list_facts(comparison),
        groups=all_figures.build_figure_groups(comparison),
        embedded=embed_calls(comparison, collect_calls(comparison)),
        intervals=notes.describe_intervals(comparison),
        limits=notes.list_limits(comparison),
        pareto_lines=list(pareto.describe_pareto_lines(comparison)),
        load_plots={
            section.name: [
                (size, load.plot_latency(section, frame))
                for size, frame in (("wide", load.WIDE), ("narrow", NARROW))
            ]
            for section in sections
        },
        robustness=robustness.build_robustness_rows(comparison),
        script=Markup(script),
        signatures=provenance.list_signatures(comparison),
        script_hash=templating.hash_script(script),
        sizes=_list_sizes(comparison),
        slices=slices.build_slice_tables(comparison),
        styles=assign_styles(comparison),
        summaries=[system.summary for system in comparison.systems],
        title=verdict.make_title(comparison),
        verdict=verdict.describe_verdict(comparison),
        run_diff=comparison.run_diff,
        run_diff_rows=run_diff.build_rows(comparison.run_diff),
        **_draw_plots(comparison),
    )


def _draw_plots(comparison: Comparison) -> dict[str, list[tuple[str, object]]]:
    """Lay each plot out for wide and for narrow screens."""
    plots: dict[str, tuple[Callable[[Comparison, Any], object], Any, Any]] = {
        "scatters": (scatter.plot_scatter, WIDE, NARROW),
        "curves": (curves.plot_curves, WIDE_LABELLED, NARROW),
        "causes": (bars.plot_causes, WIDE.width, NARROW.width),
        "lags": (lag.plot_lag, WIDE_LABELLED, NARROW),
        "costs": (bars.plot_costs, WIDE.width, NARROW.width),
    }
    return {
        name: [("wide", plot(comparison, wide)), ("narrow", plot(comparison, narrow))]
        for name, (plot, wide, narrow) in plots.items()
    }


def _list_sizes(comparison: Comparison) -> list[str]:
    """List how much was compared, for the line below the verdict."""
    first = comparison.systems[0].summary if comparison.systems else None
    return [
        format_count(first.recordings if first else 0, "recording"),
        format_count(*notes.count_blocks(comparison)),
        f"{format_duration(first.audio_seconds if first else 0.0)} of audio",
        format_count(first.errors.words if first else 0, "word"),
        f"clock: {comparison.clock}",
    ]


def _join_scripts(environment: Environment) -> str:
    parts = "\n".join(templating.read_source(environment, name) for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}start();\n}})();'
