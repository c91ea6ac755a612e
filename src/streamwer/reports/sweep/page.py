"""The web page of a sweep: one file that loads nothing."""

from __future__ import annotations

from streamwer.reports import templating
from streamwer.reports.sweep import effects_plot, front_plot
from streamwer.reports.sweep.findings import Findings, sentences
from streamwer.reports.sweep.looks import Looks
from streamwer.reports.sweep.parallel_plot import parallel


def render(found: Findings) -> str:
    """The whole page."""
    environment = templating.environment()
    looks = Looks(found)
    return environment.get_template("sweep/index.html.j2").render(
        found=found,
        sweep=found.sweep,
        looks=looks,
        sentences=sentences(found),
        confidence=f"{100 * found.sweep.scoring.confidence:g} %",
        front={point.name for point in found.front},
        fronts=[
            ("wide", front_plot.front_plot(found, front_plot.WIDE)),
            ("narrow", front_plot.front_plot(found, front_plot.NARROW)),
        ],
        parallel=parallel(found),
        effects=[(effect, effects_plot.panels(found, effect)) for effect in found.effects],
        script_digest=templating.digest(templating.source(environment, "sweep/sweep.js")),
    )
