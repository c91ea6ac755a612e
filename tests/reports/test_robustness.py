"""The matrix of systems and conditions, on the page and in Markdown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from streamwer.reports import html, markdown, notes, robustness
from streamwer.reports.comparison import Comparison
from tests.reports.synthetic import compare, references


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    calls = references(count=6)
    copies = [
        replace(each, recording=f"{each.recording}@gsm", source=each.recording) for each in calls
    ]
    return compare(spoken=[*calls, *copies])


def test_there_is_a_row_per_condition_and_a_cell_per_system(comparison: Comparison) -> None:
    none, gsm = robustness.build_robustness_rows(comparison)
    assert (none.label, none.recordings, gsm.label, gsm.recordings) == ("none", 6, "gsm", 6)
    for row in (none, gsm):
        assert len(row.cells) == len(comparison.systems)
    assert all(cell and cell.interval and not cell.difference for cell in none.cells)
    assert all(cell and cell.difference for cell in gsm.cells)


def test_page_and_markdown_show_it(comparison: Comparison) -> None:
    gsm = robustness.build_robustness_rows(comparison)[1].cells[0]
    assert gsm is not None
    for text in (html.render(comparison), markdown.render(comparison)):
        assert "Systems against conditions" in text
        assert gsm.interval in text


def test_without_altered_recordings_there_is_none() -> None:
    plain = compare(spoken=references(count=4))
    assert robustness.build_robustness_rows(plain) == []
    assert "Systems against conditions" not in html.render(plain)
    assert "Systems against conditions" not in markdown.render(plain)


def test_conditions_stand_in_the_order_of_the_config(comparison: Comparison) -> None:
    ordered = replace(comparison, conditions={"gsm": False, "none": False})
    assert [row.label for row in robustness.build_robustness_rows(ordered)] == ["gsm", "none"]


def test_a_change_of_nothing_is_not_taken_for_a_rate(comparison: Comparison) -> None:
    # The copies were made from the same words, so that some system hears them alike.
    changes = [
        cell.difference for cell in robustness.build_robustness_rows(comparison)[1].cells if cell
    ]
    assert all(change[0] in "+−±" for change in changes)
    assert robustness.format_signed(-0.0) == robustness.format_signed(0.00001) == "±0.0"


def test_the_reader_is_told_whose_network_is_in_the_latencies(comparison: Comparison) -> None:
    by_network = replace(comparison, conditions={"none": False, "jitter": True, "gsm": False})
    assert "No latency includes the network" in " ".join(notes.list_limits(comparison))
    told = " ".join(notes.list_limits(by_network))
    assert "only under these conditions: jitter." in told
    assert "No latency includes" not in told
