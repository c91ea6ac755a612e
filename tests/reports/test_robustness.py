"""The matrix of systems and conditions, on the page and in Markdown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from streamwer.reports import Comparison, html, markdown, robustness
from tests.reports.synthetic import compare, references


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    calls = references(count=6)
    copies = [
        replace(each, recording=f"{each.recording}@gsm", source=each.recording) for each in calls
    ]
    return compare(spoken=[*calls, *copies])


def test_there_is_a_row_per_condition_and_a_cell_per_system(comparison: Comparison) -> None:
    none, gsm = robustness.rows(comparison)
    assert (none.name, none.recordings, gsm.name, gsm.recordings) == ("none", 6, "gsm", 6)
    for row in (none, gsm):
        assert len(row.cells) == len(comparison.systems)
    assert all(cell and cell.wer_range and not cell.change for cell in none.cells)
    assert all(cell and cell.change for cell in gsm.cells)


def test_page_and_markdown_show_it(comparison: Comparison) -> None:
    gsm = robustness.rows(comparison)[1].cells[0]
    assert gsm is not None
    for text in (html.render(comparison), markdown.render(comparison)):
        assert "Systems against conditions" in text
        assert gsm.wer_range in text


def test_without_altered_recordings_there_is_none() -> None:
    plain = compare(spoken=references(count=4))
    assert robustness.rows(plain) == []
    assert "Systems against conditions" not in html.render(plain)
    assert "Systems against conditions" not in markdown.render(plain)
