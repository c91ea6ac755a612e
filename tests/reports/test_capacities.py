"""Calls at once in the report: the sentences, the curve, and what is left out because it is old."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from streamwer.analysis.capacity.study import SystemCapacity
from streamwer.config.load import SloConfig
from streamwer.provenance.signature import Subject
from streamwer.reports import html, markdown
from streamwer.reports.capacities import build_sections
from streamwer.reports.comparison import CapacityStudies, Comparison
from streamwer.reports.plots import load
from streamwer.reports.plots.axis import NARROW, Frame
from tests.analysis.capacity.made_up import SIGNED, make_capacity, study

OLD = replace(SIGNED, subject=Subject(policy="another"))
QUICK = make_capacity([70, 68, 70, 73, 70, 71], [1, 35, 70, 105])


def add_study(
    comparison: Comparison, slo: SloConfig | None = None, **systems: SystemCapacity
) -> Comparison:
    """The comparison with signatures, and with a study of these systems."""
    signed = tuple(replace(each, signature=SIGNED) for each in comparison.systems)
    kept = study(systems, slo)
    return replace(comparison, systems=signed, capacities=CapacityStudies((kept,)))


def section(page: str) -> str:
    found = re.search(r'<section id="capacity".*?</section>', page, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])) if found else ""


@pytest.fixture(scope="module")
def carrying(measured: Comparison) -> Comparison:
    slow = make_capacity([0], [1, 2, 4], p95=0.9)
    return add_study(measured, local_agreement=QUICK, prompted_buffer=slow)


def test_the_page_says_what_each_system_carries_and_how_sure_that_is(carrying: Comparison) -> None:
    told = section(html.render(carrying)).replace("\u00a0", " ")
    assert (
        "local_agreement serves 70 simultaneous calls with p95 commit latency ≤ 2 s on one worker"
        " (68 to 73, a 96.9 % interval over 6 seeds); beyond that, words come late, or words are"
        " lost."
    ) in told
    assert "prompted_buffer serves none" in told
    assert "even for a single call, its p95 is 2.70 s." in told
    assert "offline was not measured." in told
    assert "≤ 0.005 s/s," in told
    assert (
        "Calls follow each other on a fixed number of lines: fixed(phase_s=1) . Clock: profile(x)"
        in told
    )
    assert "within: with how many seeds the load is carried. Never: so many words" in told
    assert "6 of 6" in told


def test_the_table_of_figures_and_the_short_report_have_a_row_for_it(carrying: Comparison) -> None:
    text = markdown.render(carrying).replace("\u00a0", " ")
    (row,) = (line for line in text.splitlines() if "Calls at p95 ≤ 2 s" in line)
    assert [cell.strip() for cell in row.split("|")[2:5]] == [
        "–",
        "0<br><sub>one seed: no interval</sub>",
        "70<br><sub>68 to 73</sub>",
    ]


def test_what_was_measured_of_something_else_is_not_there(measured: Comparison) -> None:
    method = replace(SIGNED.method, audio="a2", references="r2")
    other_data = replace(QUICK, signature=replace(SIGNED, method=method))
    other_system = replace(QUICK, signature=OLD)
    for stale in (other_data, other_system):
        page = add_study(measured, local_agreement=stale, nobody=stale)
        assert build_sections(page) == []
        assert section(html.render(page)) == ""
        assert "only in “Calls at once”" not in html.render(page)
        assert "Calls at p95" not in markdown.render(page)


def test_a_system_that_changed_since_is_left_out_and_says_why(measured: Comparison) -> None:
    old = add_study(measured, prompted_buffer=QUICK, local_agreement=replace(QUICK, signature=OLD))
    told = section(html.render(old))
    assert "local_agreement is left out: its policy and engine and model changed" in told


def test_systems_that_are_not_compared_are_shown_where_they_were_measured_alike(
    measured: Comparison,
) -> None:
    twin = make_capacity([60, 61], [30, 60])
    (both,) = build_sections(add_study(measured, local_agreement=QUICK, local_agreement_fixed=twin))
    assert [each.name for each in both.entries] == ["local_agreement", "local_agreement_fixed"]
    assert len({each.style.colour for each in both.entries}) == 2
    chosen = add_study(measured, local_agreement=QUICK)
    assert chosen.capacities is not None
    named = replace(chosen.capacities.studies[0], name="adaptive_load")
    (some,) = build_sections(replace(chosen, capacities=CapacityStudies((named,))))
    assert not some.left_out  # the others were not meant to be in it
    other = replace(twin, signature=replace(SIGNED, method=replace(SIGNED.method, audio="a2")))
    (one,) = build_sections(add_study(measured, local_agreement=QUICK, local_agreement_fixed=other))
    assert [each.name for each in one.entries] == ["local_agreement"]
    assert "local_agreement_fixed" not in dict(one.left_out)


@pytest.mark.parametrize("frame", [load.WIDE, NARROW])
def test_the_curve_ends_above_the_bound_and_marks_what_is_carried(
    carrying: Comparison, frame: Frame
) -> None:
    (found,) = build_sections(carrying)
    late = load.plot_latency(found, frame)
    assert late.limit_y is not None
    lines = {line.style.name: line for line in late.lines}
    mark = lines["local_agreement"].mark
    assert mark is not None
    assert mark[1] > late.limit_y  # below the bound: SVG's heights grow downwards
    assert lines["local_agreement"].band
    assert lines["prompted_buffer"].mark is None
    assert not lines["prompted_buffer"].band  # one seed
    inside = [float(x) for line in late.lines for x in re.findall(r"[ML]([\d.]+),", line.path)]
    assert min(inside) >= frame.left
    assert max(inside) <= frame.right
