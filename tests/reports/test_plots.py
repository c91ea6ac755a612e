from __future__ import annotations

import math
from dataclasses import replace
from importlib import resources
from itertools import pairwise

import pytest

from streamwer.analysis import formatting
from streamwer.config.hardware import STAGES
from streamwer.metrics.cost import Cost
from streamwer.metrics.stats.intervals import Interval
from streamwer.reports.comparison import Comparison
from streamwer.reports.palette import assign_styles
from streamwer.reports.plots import bars, curves, lag, scatter
from streamwer.reports.plots.axis import (
    NARROW,
    WIDE,
    WIDE_LABELLED,
    Axis,
    Frame,
    make_rate_axis,
    make_seconds_axis,
)
from streamwer.reports.plots.labels import Box, place_labels, spread_heights
from tests.reports import synthetic
from tests.reports.test_files import change_figures


@pytest.mark.parametrize("log", [False, True])
def test_an_axis_maps_there_and_back(log: bool) -> None:
    axis = Axis(0.5, 20, 40, 540, log)
    assert axis.to_pixel(0.5) == 40
    assert axis.to_pixel(20) == 540
    assert axis.to_value(axis.to_pixel(3.3)) == pytest.approx(3.3, rel=1e-3)
    assert axis.to_pixel(99) == 540
    assert axis.to_pixel(-1) == 40


def test_latencies_get_a_log_axis_only_where_it_helps_and_can_be() -> None:
    assert make_seconds_axis([0.4, 1, 18], 0, 1).log
    assert not make_seconds_axis([1.2, 2.5], 0, 1).log
    assert not make_seconds_axis([-0.1, 1, 18], 0, 1).log
    assert make_seconds_axis([math.inf], 0, 1).high > 0


def test_ticks_are_round_numbers_with_room_between() -> None:
    assert [tick.label for tick in make_rate_axis([0.031, 0.087], 0, 100).make_ticks(6, 100)] == [
        "0",
        "2",
        "4",
        "6",
        "8",
        "10",
    ]
    log = Axis(0.4, 25, 0, 500, log=True).make_ticks(7)
    assert [tick.label for tick in log] == ["0.5", "1", "2", "3", "5", "10", "20"]
    narrow = Axis(0.006, 1.4, 44, 334, log=True).make_ticks(9)  # no room for 0.02 beside 0.03
    assert [tick.label for tick in narrow] == ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"]
    upwards = Axis(0.4, 25, 300, 100, log=True).make_ticks(7)
    assert len(upwards) == len(log)


def test_a_rate_axis_starts_at_zero_only_where_zero_is_near() -> None:
    assert make_rate_axis([0.02, 0.08], 0, 1).low == 0
    assert make_rate_axis([0.40, 0.44], 0, 1).low > 0.3


def test_labels_do_not_cover_each_other() -> None:
    points = [(100.0, 100.0), (104.0, 103.0), (108.0, 98.0), (300.0, 100.0)]
    frame = Frame(400, 300, 40, 380, 10, 260)
    boxes = place_labels(points, [(90.0, 30.0)] * 4, [], frame)
    assert not [1 for a in boxes for b in boxes if a is not b and a.overlaps(b)]


def test_a_label_stays_off_bars_where_it_can() -> None:
    frame = Frame(400, 300, 40, 380, 10, 260)
    bar = Box(120, 40, 120, 100)  # where the label would go first
    (box,) = place_labels([(100.0, 100.0)], [(90.0, 30.0)], [bar], frame)
    assert not box.overlaps(bar)


def test_spread_keeps_order_gap_and_bounds() -> None:
    frame = Frame(100, 120, 0, 100, -4, 120)  # labels stay 4 pixels from the top, 20 from below
    assert spread_heights([10, 11, 12], 20, frame) == [10, 30, 50]
    assert spread_heights([98, 99, 97], 20, frame) == [80, 100, 60]


def test_boxes_that_only_touch_do_not_overlap() -> None:
    assert not Box(0, 0, 10, 10).overlaps(Box(10, 0, 20, 10))


@pytest.mark.parametrize("frame", [WIDE_LABELLED, NARROW])
def test_curves_end_where_words_never_came(failing: Comparison, frame: Frame) -> None:
    plot = curves.plot_curves(failing, frame)
    ends = {curve.style.name: curve.end_y for curve in plot.curves}
    assert ends["prompted_buffer"] > ends["offline"] > frame.top
    heights = sorted(curve.label_y for curve in plot.curves)
    assert all(below - above >= 30 for above, below in pairwise(heights))
    assert "never" in plot.description


def test_the_scatter_leaves_out_what_has_no_place_and_names_it(failing: Comparison) -> None:
    plot = scatter.plot_scatter(failing, WIDE)
    assert {point.name for point in plot.marks} == {s.summary.name for s in failing.systems}
    assert plot.left_out == []
    for point in plot.marks:
        assert point.x_low <= point.x <= point.x_high
        assert point.y_low >= point.y >= point.y_high  # pixels count downwards


def test_stacked_stages_make_up_the_whole_bar(measured: Comparison) -> None:
    for bar in bars.plot_costs(measured, 560).bars:
        assert bar.parts[0].x == 12
        assert sum(part.width for part in bar.parts) == pytest.approx(bar.end - 12, abs=0.5)


def test_a_system_that_streamed_nothing_has_a_bar_of_no_length(measured: Comparison) -> None:
    unknown = Cost(math.nan, dict.fromkeys(STAGES, math.nan))
    first, *others = measured.systems
    silent = replace(first, summary=replace(first.summary, cost=unknown))
    bar, other = bars.plot_costs(replace(measured, systems=(silent, *others)), 560).bars[:2]
    assert (bar.value, bar.end) == ("–", 12)
    assert other.end > 12


def test_the_key_names_the_stages_that_there_were(measured: Comparison) -> None:
    assert "listen" not in bars.plot_costs(measured, 560).key
    cost = measured.systems[0].summary.cost
    summary = replace(measured.systems[0].summary, cost=Cost(0.5, {**cost.stages, "listen": 0.01}))
    listening = replace(measured, systems=(replace(measured.systems[0], summary=summary),))
    plot = bars.plot_costs(listening, 560)
    assert plot.key["listen"] == "voice detector"
    assert plot.bars[0].parts[0].stage == "listen"
    assert "voice detector 0.010" in plot.description


def test_every_stage_has_a_colour_for_itself_and_for_text_in_it() -> None:
    style = resources.files("streamwer.reports").joinpath("templates/style.css").read_text()
    for stage in (*STAGES, *bars.CAUSES):
        for of in "kt":
            assert style.count(f"--{of}-{stage}: ") == 2  # in the light and in the dark


def test_the_baseline_is_grey_and_no_two_systems_look_alike(measured: Comparison) -> None:
    looks = assign_styles(measured)
    assert looks["offline"].colour == "var(--s0)"
    assert len({(look.colour, look.marker) for look in looks.values()}) == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "n too small"), (math.inf, "never"), (2.137, "2.14\u00a0s"), (-0.5, "−0.50\u00a0s")],
)
def test_latencies_in_words(value: float | None, text: str) -> None:
    assert formatting.format_seconds(value) == text


def test_nothing_has_no_sign() -> None:
    assert formatting.format_points(-0.0001) == "0.0"
    assert formatting.format_points(-0.02) == "−2.0"
    assert formatting.format_points(0.02) == "+2.0"
    assert formatting.format_number(math.nan, 1) == "–"


def test_causes_make_up_the_mean_latency_of_what_streams(measured: Comparison) -> None:
    streaming = measured.systems[1:]
    for system, bar in zip(streaming, bars.plot_causes(measured, 560).bars, strict=True):
        words = system.scores.words
        late = (words["committed"] - words["end"]).replace(math.inf, math.nan).mean()
        assert bar.value == formatting.format_seconds(float(late))


def test_a_wide_interval_does_not_stretch_the_axis(measured: Comparison) -> None:
    wide = change_figures(measured, wer=Interval(0.04, 0.0, 1.5))
    plot = scatter.plot_scatter(wide, WIDE)
    assert [mark.cut_off for mark in plot.marks] == [True, False, False]
    assert max(float(tick.label) for tick in plot.y_ticks) < 30


def test_without_word_times_laal_is_on_the_axis() -> None:
    calls = synthetic.references(count=6)
    untimed = synthetic.compare(
        lambda manner, _: synthetic.log(calls, manner),
        spoken=[replace(call, words=()) for call in calls],
    )
    plot = scatter.plot_scatter(untimed, WIDE)
    assert plot.x_title == "LAAL"
    laal = untimed.systems[1].summary.simulst_latency["laal"].aware
    assert f"LAAL {laal:.2f}\u00a0s (" in plot.description
    assert all(mark.x_low < mark.x < mark.x_high for mark in plot.marks)


def test_where_compute_takes_no_time_there_is_no_lag_to_see(unaware: Comparison) -> None:
    assert lag.plot_lag(unaware, WIDE_LABELLED).lines == []


def test_a_system_that_falls_behind_is_seen_to(measured: Comparison) -> None:
    system = measured.systems[1]
    words = system.scores.words
    slow = words.assign(committed=words["committed"] + 0.5 * words["audio_end"])
    late = replace(system, scores=replace(system.scores, words=slow))
    plot = lag.plot_lag(replace(measured, systems=(late,)), WIDE_LABELLED)
    heights = [float(corner.split(",")[1]) for corner in plot.lines[0].median[1:].split(" L")]
    assert heights == sorted(heights, reverse=True)  # pixels count downwards
    assert heights[0] - heights[-1] > 100
