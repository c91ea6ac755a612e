"""The Pareto lines in AA-WER's terms: what they say follows from each system's two figures."""

from __future__ import annotations

from dataclasses import replace

from streamwer.metrics.registry import Ratio
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.reports import html, markdown
from streamwer.reports.comparison import System
from streamwer.reports.pareto import describe_pareto_lines
from tests.reports import synthetic


def place(system: System, name: str, seconds: float | None, errors: int) -> System:
    """Give a system these figures at the first final text, and none at the first of any kind."""
    was = system.summary
    late = {"end_of_speech_final": {"p50": Quantile(seconds)}}
    late["end_of_speech_any"] = {"p50": Quantile(None)}
    latencies = {**was.latencies, **{k: {**was.latencies[k], **v} for k, v in late.items()}}
    figures = {**was.figures, "end_of_speech_final_wer": Ratio(errors, 100)}
    summary = replace(was, name=name, latencies=latencies, figures=figures)
    return replace(system, summary=summary)


def test_the_line_names_the_systems_that_no_other_beats_on_both_axes() -> None:
    comparison = synthetic.compare()
    one = comparison.systems[0]
    placed = [
        place(one, "late", 2.0, 3),
        place(one, "fast", 0.2, 9),
        place(one, "beaten", 2.1, 4),
        place(one, "unknown", None, 0),
    ]
    (line,) = describe_pareto_lines(replace(comparison, systems=tuple(placed)))
    assert (
        line.partition(": ")[2].replace("\xa0", " ")
        == "fast (9.0 % after 0.20 s), late (3.0 % after 2.00 s)."
    )
    assert list(describe_pareto_lines(replace(comparison, systems=tuple(placed[3:])))) == []


def test_the_report_and_the_pull_request_have_the_lines() -> None:
    comparison = synthetic.compare()
    lines = list(describe_pareto_lines(comparison))
    assert len(lines) == 2
    page = html.render(comparison).replace("&#39;", "'")
    text = markdown.render(comparison)
    assert all(line in page and markdown.escape(line) in text for line in lines)
