"""The tables by condition, length, position and speaker."""

from __future__ import annotations

from dataclasses import replace

from streamwer.metrics import Quantile, Slice, WordErrors
from streamwer.reports import Comparison, html
from streamwer.reports.slices import Cell, groups


def sliced(comparison: Comparison, *slices: Slice) -> Comparison:
    """The comparison, its first system with these slices and the others with none."""
    systems = [
        replace(each, summary=replace(each.summary, slices=slices if at == 0 else ()))
        for at, each in enumerate(comparison.systems)
    ]
    return replace(comparison, systems=tuple(systems))


def by_speaker(name: str, hits: int, deletions: int, late: float | None) -> Slice:
    errors = WordErrors(hits=hits, substitutions=0, deletions=deletions, insertions=0)
    return Slice("speaker", name, 2, errors, Quantile(late), Quantile(None), 1.0)


def test_speakers_with_most_errors_come_first(measured: Comparison) -> None:
    made = sliced(measured, by_speaker("anna", 9, 1, 1.5), by_speaker("ben", 6, 4, None))
    (group,) = groups(made)
    assert [row.name for row in group.rows] == ["ben", "anna"]
    assert group.rows[1].cells == [Cell("10.0", "1.50", 10.0), Cell("–", "–", 0), Cell("–", "–", 0)]
    assert group.rows[0].cells[0] == Cell("40.0", "–", 40.0)
    assert "anna" in html.render(made)


def test_one_slice_says_no_more_than_the_whole(measured: Comparison) -> None:
    assert groups(sliced(measured, by_speaker("anna", 9, 1, 1.5))) == []


def test_of_very_many_speakers_the_rest_is_counted(measured: Comparison) -> None:
    many = [by_speaker(f"s{number}", 9, 1, 1.5) for number in range(100)]
    (group,) = groups(sliced(measured, *many))
    assert (len(group.rows), group.left_out) == (60, 40)
    assert "40 more are in slices.parquet" in html.render(sliced(measured, *many))
