"""The web page of a sweep: one file that loads nothing."""

from __future__ import annotations

from streamwer.analysis.sweeps.point import MEASURES
from streamwer.reports import templating
from streamwer.reports.sweep import effects_plot, front_plot
from streamwer.reports.sweep.findings import Findings, describe_findings, list_measures
from streamwer.reports.sweep.parallel_plot import plot_parallel
from streamwer.reports.sweep.point_styles import PointStyles


def render(findings: Findings) -> str:
    """Render the whole page."""
    environment = templating.make_environment()
    return environment.get_template("sweep/index.html.j2").render(
        findings=findings,
        sweep=findings.sweep,
        measure=MEASURES[findings.sweep.measure],
        measures=list_measures(findings),
        styles=PointStyles(findings),
        sentences=describe_findings(findings),
        confidence=f"{100 * findings.sweep.scoring.confidence:g} %",
        front={point.name for point in findings.front},
        fronts=[
            ("wide", front_plot.plot_front(findings, front_plot.WIDE)),
            ("narrow", front_plot.plot_front(findings, front_plot.NARROW)),
        ],
        parallel=plot_parallel(findings),
        effects=[
            (effect, effects_plot.plot_effect(findings, effect)) for effect in findings.effects
        ],
        script_hash=templating.hash_script(templating.read_source(environment, "sweep/sweep.js")),
    )
