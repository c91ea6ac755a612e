"""What the terminal prints of a difference is what its interval shows."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from streamwer.analysis.log_comparison import BaselineDifference
from streamwer.metrics.differences import Difference

ENDS = st.floats(0, 0.2)


@given(st.floats(-0.2, 0.2), ENDS, ENDS, st.integers(1, 9))
def test_no_line_of_the_terminal_contradicts_the_interval_in_it(
    value: float, below: float, above: float, family: int
) -> None:
    delta = Difference(value, value - below, value + above, 0.005, 0.95, 20, family)
    (line,) = (
        line for line in BaselineDifference(delta, {}, {}).format_lines("base") if "ΔWER" in line
    )
    low, high, finding = re.findall(r"\[(\S+), (\S+)\]: (.*)", line)[0]
    low, high = float(low), float(high)
    if any(abs(abs(end) - at) < 1e-5 for end in (delta.low, delta.high) for at in (0, 0.005)):
        return  # no number of decimals tells the end from the limit
    assert finding.startswith("more errors") == (low > 0)
    assert finding.startswith("fewer errors") == (high < 0)
    assert ("matter" in finding) == (-0.5 < low <= high < 0.5)
    assert finding != "not decided" or low <= 0 <= high
