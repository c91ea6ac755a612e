"""The tables by condition, length, position and speaker."""

from __future__ import annotations

import io
from dataclasses import replace

import pyarrow.parquet as pq

from streamwer.metrics.slices import Slice
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.word_errors import CharErrors, WordErrors
from streamwer.reports import html, markdown, notes, parquet_export
from streamwer.reports.comparison import Comparison
from streamwer.reports.slices import build_slice_tables
from streamwer.reports.table import TableCell


def set_slices(comparison: Comparison, *slices: Slice) -> Comparison:
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
    made = set_slices(measured, by_speaker("anna", 9, 1, 1.5), by_speaker("ben", 6, 4, None))
    (group,) = build_slice_tables(made)
    assert [row.label for row in group.rows] == ["ben", "anna"]
    unknown = TableCell("–", latency="–")
    assert group.rows[1].cells == [TableCell("10.0", latency="1.50", heat=10.0), unknown, unknown]
    assert group.rows[0].cells[0] == TableCell("40.0", latency="–", heat=40.0)
    assert "anna" in html.render(made)


def test_one_slice_says_no_more_than_the_whole(measured: Comparison) -> None:
    assert build_slice_tables(set_slices(measured, by_speaker("anna", 9, 1, 1.5))) == []


def test_of_very_many_speakers_the_rest_is_counted(measured: Comparison) -> None:
    many = [by_speaker(f"s{number}", 9, 1, 1.5) for number in range(100)]
    (group,) = build_slice_tables(set_slices(measured, *many))
    assert (len(group.rows), group.left_out) == (60, 40)
    assert "40 more are in slices.parquet" in html.render(set_slices(measured, *many))


def by_language(name: str, words: int, wrong: int, unspaced: bool) -> Slice:
    errors = WordErrors(hits=words - wrong, substitutions=wrong)
    letters = CharErrors(hits=10 * words - wrong, substitutions=wrong)
    late = Quantile(1.5)
    return Slice("language", name, 2, errors, late, Quantile(None), 1.0, letters, unspaced)


def test_a_language_without_spaces_has_its_cer_in_the_table_and_says_so(
    measured: Comparison,
) -> None:
    made = set_slices(measured, by_language("de", 10, 1, False), by_language("ja", 2, 1, True))
    (group,) = build_slice_tables(made)
    assert [(row.label, row.rate, row.cells[0] and row.cells[0].text) for row in group.rows] == [
        ("de", "WER", "10.0"),
        ("ja", "CER", "5.0"),
    ]
    assert "WER, or CER where it says so" in html.render(made)
    assert "| ja (CER) | 2 | 5.0, 1.50 |" in markdown.render(made)
    table = pq.read_table(io.BytesIO(parquet_export.render(made)["slices.parquet"])).to_pylist()
    rows = [row for row in table if (row["system"], row["kind"]) == ("offline", "language")]
    assert [(r["slice"], r["wer"], r["cer"]) for r in rows] == [
        ("de", 0.1, 0.01),
        ("ja", 0.5, 0.05),
    ]


def test_the_reader_is_told_what_is_counted_together(measured: Comparison) -> None:
    assert "languages" not in " ".join(notes.list_limits(measured))
    first = measured.systems[0]
    table = first.scores.recordings.assign(language="de")
    table.loc[table.index[0], ["language", "reference"]] = ["ja", "今日は天気がいい"]
    spoken = replace(first, scores=replace(first.scores, recordings=table))
    told = " ".join(notes.list_limits(replace(measured, systems=(spoken, *measured.systems[1:]))))
    assert "pool 2 languages" in told
    assert "“ja” is written without spaces, and the normaliser “basic”" in told


def test_the_reader_is_told_of_languages_that_no_model_was_told_of(measured: Comparison) -> None:
    first = measured.systems[0]
    table = first.scores.recordings.assign(language="en-US")
    table.loc[table.index[:2], "language"] = ["de-AT", "Klingon"]  # the last may be anything
    spoken = replace(
        first,
        scores=replace(first.scores, recordings=table),
        config={"model": {"language": "en"}},
    )
    twin = replace(spoken, summary=replace(spoken.summary, name="twin"))
    told = " ".join(notes.list_limits(replace(measured, systems=(spoken, twin))))
    said = "offline, twin took every recording for “en” (model.language), those in “de-AT” too"
    assert said in told
    assert "took every recording" not in " ".join(notes.list_limits(measured))
