"""What the table says of a difference is what the interval below it shows."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from streamwer.reports import markdown
from streamwer.reports.comparison import Comparison
from tests.reports.test_files import changed
from tests.reports.test_verdict import differing


@settings(max_examples=20, deadline=None)
@given(st.floats(-0.03, 0.03), st.floats(0, 0.03), st.floats(0, 0.03))
def test_no_cell_of_the_table_contradicts_the_interval_below_it(
    measured: Comparison, value: float, below: float, above: float
) -> None:
    delta = differing(value, value - below, value + above)
    text = markdown.render(changed(measured, delta_wer=delta)).replace("\u2212", "-")
    (row,) = (line for line in text.splitlines() if line.startswith("| **ΔWER"))
    cell = row.split("|")[2].replace("\u00a0", " ")
    low, high = map(float, re.findall(r"([+-]?[\d.]+) to ([+-]?[\d.]+)", cell)[0])
    if any(abs(abs(end) - at) < 1e-5 for end in (delta.low, delta.high) for at in (0, 0.005)):
        return
    assert ("more errors" in cell) == (low > 0)
    assert ("fewer errors" in cell) == (high < 0)
    assert ("not decided" in cell) == (low <= 0 <= high and not -0.5 < low <= high < 0.5)
    assert ("**" in cell) == (low > 0 or high < 0)
