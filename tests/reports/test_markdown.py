"""What the table says of a difference is what the interval below it shows; what is not known."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from streamwer.metrics.registry import PERCENTILES, Ratio
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.reports import markdown
from streamwer.reports.comparison import Comparison
from tests.reports.test_files import change_figures
from tests.reports.test_verdict import make_difference


@settings(max_examples=20, deadline=None)
@given(st.floats(-0.03, 0.03), st.floats(0, 0.03), st.floats(0, 0.03))
def test_no_cell_of_the_table_contradicts_the_interval_below_it(
    measured: Comparison, value: float, below: float, above: float
) -> None:
    delta = make_difference(value, value - below, value + above)
    text = markdown.render(change_figures(measured, delta_wer=delta)).replace("\u2212", "-")
    (row,) = (line for line in text.splitlines() if line.startswith("| **ΔWER"))
    cell = row.split("|")[2].replace("\u00a0", " ")
    low, high = map(float, re.findall(r"([+-]?[\d.]+) to ([+-]?[\d.]+)", cell)[0])
    if any(abs(abs(end) - at) < 1e-5 for end in (delta.low, delta.high) for at in (0, 0.005)):
        return
    assert ("more errors" in cell) == (low > 0)
    assert ("fewer errors" in cell) == (high < 0)
    assert ("not decided" in cell) == (low <= 0 <= high and not -0.5 < low <= high < 0.5)
    assert ("**" in cell) == (low > 0 or high < 0)


def test_a_system_that_signals_no_turns_needs_no_more_of_them(measured: Comparison) -> None:
    first, *others = measured.systems
    figures = {**first.summary.figures, "early_cutoff": Ratio(2, 10)}
    delays = {f"p{percentile}": Quantile(0.6) for percentile in PERCENTILES}
    latencies = {**first.summary.latencies, "end_of_turn_delay": delays}
    signals = replace(first, summary=replace(first.summary, figures=figures, latencies=latencies))
    text = markdown.render(replace(measured, systems=(signals, *others)))
    (row,) = (line for line in text.splitlines() if line.startswith("| **End of turn p50"))
    cells = [cell.strip() for cell in row.split("|")[2:-1]]
    assert cells == ["0.60\u00a0s", *["–"] * len(others)]
