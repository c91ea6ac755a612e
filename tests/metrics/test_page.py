"""The table of docs/metrics.md, worked by hand, against what the page's own code computes."""

from __future__ import annotations

import doctest
import math
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

PAGE = Path("docs/metrics.md").read_text()
ROW = re.compile(r"^\| (\w+) \| ([\d.]+) \| (\w+) \| (.*) \|$", re.MULTILINE)
COLUMNS = ("shown", "committed", "late", "ideal", "seen", "waiting", "held", "queued", "computed")


def number(cell: str) -> float:
    """A cell of the table: bold or not, with a true minus sign, or a word."""
    text = cell.strip(" *").replace("−", "-")
    words = {"never": math.inf, "–": math.nan}
    return words[text] if text in words else float(text)


def by_hand() -> pd.DataFrame:
    rows = [
        {"word": word, "end": float(end), "status": status}
        | dict(zip(COLUMNS, map(number, cells.split("|")), strict=True))
        for word, end, status, cells in ROW.findall(PAGE)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def session() -> dict[str, Any]:
    """The names that the page's first block defines."""
    source = re.search(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert source
    test = doctest.DocTestParser().get_doctest(source[1], {}, "page", None, 0)
    doctest.DocTestRunner().run(test, clear_globs=False)
    return test.globs


def test_every_cell_is_what_the_library_finds(session: dict[str, Any]) -> None:
    words = session["scores"].words
    found = words[words["word"].notna()].reset_index(drop=True)
    found = found.assign(
        late=found["committed"] - found["end"],
        ideal=(found["waiting"] + found["held"]).where(found["status"] != "deleted", math.inf),
        seen=found["shown"] - found["end"],
    )
    table = by_hand()
    assert len(table) == 12
    assert list(found["status"]) == list(table["status"])
    pd.testing.assert_frame_equal(found[table.columns], table, check_exact=False, rtol=0, atol=1e-9)


def test_the_parts_of_each_row_add_up_to_its_latency() -> None:
    table = by_hand().query("status != 'deleted'")
    whole = table[["waiting", "held", "queued", "computed"]].sum(axis=1)
    assert list(whole) == pytest.approx(list(table["late"]))


def test_the_example_has_every_fate_of_a_word() -> None:
    table = by_hand()
    assert {*table["status"]} == {"hit", "substituted", "deleted"}
    assert (table["late"] < 0).sum() == 1
    assert (table["shown"] < table["committed"]).sum() == 2
