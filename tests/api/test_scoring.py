"""`streamwer.score` and `streamwer.wer`: errors and latencies of logs and texts."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

import streamwer as sw
from streamwer.errors import DatasetError, LogError
from streamwer.formats.manifest import write_manifest
from tests.api.conftest import TOY

ROWS = [json.loads(line) for line in (TOY / "metadata.jsonl").read_text().splitlines()[:3]]
RECORDS = [
    sw.Reference(
        row["id"],
        audio="",
        seconds=0.0,
        text=row["text"],
        speaker=row["speaker"],
        words=tuple(sw.Word(**word) for word in row["words"]),
    )
    for row in ROWS
]
TEXTS = {row["id"]: row["text"] for row in ROWS}


@pytest.fixture(scope="module")
def figures(at_pauses: sw.EventLog) -> sw.Score:
    return sw.score(at_pauses, reference=TOY)


def test_every_figure_has_its_interval(figures: sw.Score) -> None:
    assert figures.wer.value == figures.errors.errors / figures.errors.words
    assert figures.errors.words == sum(len(text.split()) for text in TEXTS.values())
    assert figures.wer.low <= figures.wer.value <= figures.wer.high
    median = figures.latency()["p50"]
    assert median.value is not None
    assert 0 < median.value < 5
    assert figures.latency("shown_latency").keys() == {"p50", "p95", "p99"}
    with pytest.raises(KeyError, match="nonsense"):
        figures.latency("nonsense")


def test_it_prints_itself_with_its_signature(figures: sw.Score) -> None:
    shown = str(figures)
    assert f"WER                       {figures.wer.value:.2%}" in shown
    assert "commit latency " in shown
    assert figures.signature in shown
    assert figures._repr_html_() == f"<pre>{shown}</pre>"


def test_its_tables_have_a_row_per_figure_and_per_word(figures: sw.Score) -> None:
    table = figures.to_frame()
    assert table.loc["wer", "value"] == figures.wer.value
    assert table.loc["commit_latency_p50_s", "value"] == figures.latency()["p50"].value
    ratios = sw.list_metrics().index.intersection(table.index)
    assert {"wer", "cer", "coverage", "erasure", "rtf"} <= set(ratios)
    words = figures.words()
    assert words["word"].notna().sum() == figures.errors.words
    assert (words["status"] == "deleted").sum() == figures.errors.deletions


def test_it_draws_itself(figures: sw.Score, tmp_path: Path) -> None:
    plot = figures.plot()
    assert "<svg" in plot._repr_html_()
    plot.save(tmp_path / "plot.html")
    assert "<svg" in (tmp_path / "plot.html").read_text()


def test_references_may_come_in_any_form(
    at_pauses: sw.EventLog, figures: sw.Score, tmp_path: Path
) -> None:
    def count(reference: object) -> tuple[object, bool]:
        found = sw.score(at_pauses, reference=reference)  # type: ignore[arg-type]
        return found.errors, found.latency()["p50"].value is not None

    write_manifest(tmp_path, RECORDS)
    ctm = tmp_path / "gold.ctm"
    lines = [
        f"{r.recording} 1 {w.start} {w.end - w.start} {w.text}" for r in RECORDS for w in r.words
    ]
    ctm.write_text("\n".join(lines))
    stm = tmp_path / "gold.stm"
    stm.write_text("".join(f"{r.recording} 1 {r.speaker} 0 60 {r.text}\n" for r in RECORDS))
    timed = (figures.errors, True)
    assert count(RECORDS) == count(tmp_path) == count(str(tmp_path / "manifest.jsonl")) == timed
    assert count(ctm) == count([ctm]) == timed
    assert count(TEXTS) == count(stm) == (figures.errors, False)


def test_of_a_whole_data_set_only_what_was_streamed_is_scored(figures: sw.Score) -> None:
    assert len(figures.figures.scores.recordings) == 3
    assert figures.figures.summary.figures["failures"].value == 0


def test_another_systems_log(tmp_path: Path) -> None:
    log, gold = tmp_path / "call.txt", tmp_path / "gold.tsv"
    log.write_text("1500.0000 200 800 My name,\n2600.0000 1000 1800 was\n")
    gold.write_text(
        "start\tend\tword\n0.2\t0.4\tmy\n0.4\t0.8\tname\n1.0\t1.2\tis\n1.3\t1.8\tjane\n"
    )
    found = sw.score(log, reference=gold)
    assert found.wer.value == 0.5
    assert (found.errors.substitutions, found.errors.deletions) == (1, 1)
    assert math.isnan(found.wer.low)  # one recording has no interval


def test_a_log_of_files_must_have_every_recording(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1500.0000 200 800 yes\n")
    found = sw.score([tmp_path / "a.txt"], reference={"a": "yes", "b": "no"})
    assert found.wer.value == 0.5
    assert found.figures.summary.figures["failures"].numerator == 1


@pytest.mark.parametrize(
    ("reference", "error", "message"),
    [
        (None, LogError, "references"),
        ({"nobody": "hello"}, LogError, "no reference for 'call_01'"),
        ("nowhere.ctm", DatasetError, "nowhere.ctm: no such file or folder"),
        ([], DatasetError, "give files, texts by recording, or Reference records"),
        ([3], DatasetError, "give files, texts by recording, or Reference records"),
    ],
)
def test_references_that_cannot_be_used_are_refused(
    reference: object, error: type[Exception], message: str, at_pauses: sw.EventLog
) -> None:
    with pytest.raises(error, match=message):
        sw.score(at_pauses, reference=reference)  # type: ignore[arg-type]


def test_a_score_cannot_be_changed(figures: sw.Score) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        figures.figures = None  # type: ignore[misc,assignment]
    with pytest.raises(dataclasses.FrozenInstanceError):
        sw.wer("a", "a").errors = None  # type: ignore[misc,assignment]


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=8).map(" ".join)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4))
def test_the_rate_is_that_of_jiwer(pairs: list[tuple[str, str]]) -> None:
    references, hypotheses = map(list, zip(*pairs, strict=True))
    found = sw.wer(references, hypotheses, normaliser="none")
    expected = jiwer.process_words(references, hypotheses)
    assert found.rate == float(found) == pytest.approx(expected.wer)
    assert found.errors.hits == expected.hits
    assert found.errors.errors == (
        expected.substitutions + expected.deletions + expected.insertions
    )


def test_texts_are_normalised_by_name_and_language() -> None:
    assert sw.wer("It's 25.", "it is twenty five").rate == 0
    assert sw.wer("It's 25.", "it is twenty five", normaliser="none").rate > 0
    assert sw.wer("DIŞI", "dışı", normaliser="basic", language="tr").rate == 0
    assert str(sw.wer(["a b", "c d"], ["a b", "c x"], normaliser="none")).startswith("WER 25.00% [")


def test_texts_that_do_not_pair_are_refused() -> None:
    with pytest.raises(DatasetError, match="2 references, but 1 hypotheses"):
        sw.wer(["a", "b"], ["a"])
    with pytest.raises(DatasetError, match="has no words"):
        sw.wer("", "hello")


def test_plain_text_is_scored_against_plain_text(tmp_path: Path) -> None:
    for name, text in {"gold.txt": "yes it is", "heard.txt": "yes it was"}.items():
        (tmp_path / name).write_text(text + "\n")
    log = tmp_path / "heard.txt"
    assert sw.score(log, reference=tmp_path / "gold.txt").errors.substitutions == 1
    assert sw.score(log, reference={"heard": "yes it is"}).errors.substitutions == 1
    (tmp_path / "gold.tsv").write_text("start\tend\tword\n0\t1\tyes\n")
    with pytest.raises(LogError, match="its first line is of none of"):
        sw.score(log, reference=tmp_path / "gold.tsv")


def test_the_format_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("0.0 0 400 hello\n")
    log = tmp_path / "log.txt"
    references = {"log": "hello"}
    assert sw.score(log, reference=references, format="whisper_streaming").wer.value == 0
    with pytest.raises(LogError, match="format='wav': there are streamwer, json"):
        sw.score(log, reference=references, format="wav")
