"""`streamwer.compare` and `report`: systems on the same recordings."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

import streamwer as sw
from streamwer import eventlog
from streamwer.cli.score import main
from streamwer.errors import LogError
from tests.api.conftest import TOY


@pytest.fixture(scope="module")
def scores(held_back: sw.EventLog, at_pauses: sw.EventLog) -> dict[str, sw.Score]:
    logs = {"held back": held_back, "at pauses": at_pauses}
    return {name: sw.score(log, reference=TOY) for name, log in logs.items()}


@pytest.fixture(scope="module")
def comparison(scores: dict[str, sw.Score]) -> sw.SystemComparison:
    return sw.compare(scores)


def test_the_first_is_the_baseline(comparison: sw.SystemComparison) -> None:
    assert comparison.baseline == "held back"
    delta = comparison.difference("at pauses")
    assert delta is not None
    scores = comparison.scores
    assert delta.value == pytest.approx(
        scores["at pauses"].wer.value - scores["held back"].wer.value
    )
    with pytest.raises(KeyError):
        comparison.difference("held back")


def test_it_has_a_row_per_system(comparison: sw.SystemComparison) -> None:
    table = comparison.to_frame()
    assert list(table.index) == ["held back", "at pauses"]
    delta = comparison.difference("at pauses")
    assert delta is not None
    row = table.loc["at pauses"]
    assert [row["delta_wer"], row["delta_low"], row["delta_high"]] == [
        delta.value,
        delta.low,
        delta.high,
    ]
    assert row["finding"] == delta.finding
    assert table["commit_latency_p50_s"].notna().all()
    assert "<table" in comparison._repr_html_()


def test_logs_and_scores_are_compared_alike(
    held_back: sw.EventLog, scores: dict[str, sw.Score], comparison: sw.SystemComparison
) -> None:
    mixed = sw.compare(
        {"held back": held_back, "at pauses": scores["at pauses"]},
        reference=TOY,
        baseline="held back",
    )
    assert mixed.to_frame().equals(comparison.to_frame())


def test_the_command_line_finds_the_same_difference(
    held_back: sw.EventLog,
    at_pauses: sw.EventLog,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, log in {"a": held_back, "b": at_pauses}.items():
        eventlog.write_log(tmp_path / name, log)
    gold = tmp_path / "gold.stm"
    rows = map(json.loads, (TOY / "metadata.jsonl").read_text().splitlines()[:3])
    gold.write_text("".join(f"{r['id']} 1 {r['speaker']} 0 60 {r['text']}\n" for r in rows))
    logs = {name: tmp_path / name for name in ("a", "b")}
    arguments = ["--references", str(gold), "--baseline", str(logs["a"]), "--json"]
    assert main([*map(str, logs.values()), *arguments]) == 0
    systems = json.loads(capsys.readouterr().out)["systems"]
    (other,) = (each for each in systems.values() if "against_baseline" in each)
    delta = sw.compare(logs, reference=gold).difference("b")
    assert delta is not None
    printed = other["against_baseline"]["wer"]
    assert [printed[key] for key in ("value", "low", "high")] == [
        delta.value,
        delta.low,
        delta.high,
    ]


def test_it_draws_and_prints_itself(comparison: sw.SystemComparison) -> None:
    assert "<svg" in comparison.plot().html
    assert "<svg" in comparison.plot_latency().html
    assert repr(comparison.plot()).startswith("<SvgPlot: ")
    assert "against                   held back" in str(comparison)


def test_the_report_is_a_page_with_its_data(
    comparison: sw.SystemComparison, tmp_path: Path
) -> None:
    page = comparison.report(tmp_path / "new/out")
    assert page == tmp_path / "new/out/index.html"
    assert "at pauses" in page.read_text()
    figures = json.loads((page.parent / "metrics.json").read_text())
    wer = comparison.scores["at pauses"].wer.value
    assert str(round(wer, 4)) in json.dumps(figures) or wer == 0
    assert sw.report(comparison, str(tmp_path / "again")).read_bytes() == page.read_bytes()


def test_logs_of_other_systems_have_a_report(tmp_path: Path) -> None:
    """They do not say how much audio a step had."""
    for name, at in {"a": 1500, "b": 1200}.items():
        (tmp_path / f"{name}.txt").write_text(f"{at}.0000 0 900  my name is\n")
    gold = tmp_path / "gold.tsv"
    gold.write_text("start\tend\tword\n0.1\t0.3\tmy\n0.3\t0.7\tname\n0.7\t1.0\tis\n")
    logs = {name: tmp_path / f"{name}.txt" for name in ("a", "b")}
    assert sw.compare(logs, reference=gold).report(tmp_path / "out").is_file()


@pytest.mark.parametrize("baseline", ["", "nobody"])
def test_it_takes_two_systems_and_a_baseline_among_them(
    baseline: str, scores: dict[str, sw.Score]
) -> None:
    given = scores if baseline else {"held back": scores["held back"]}
    with pytest.raises(LogError, match="compare needs two systems and one of them as baseline"):
        sw.compare(given, baseline=baseline)


def test_what_was_measured_otherwise_is_not_compared(
    scores: dict[str, sw.Score], at_pauses: sw.EventLog
) -> None:
    otherwise = sw.score(at_pauses, reference=TOY, normaliser="basic")
    found = sw.compare({"a": scores["held back"], "b": otherwise})
    assert found.difference("b") is None
    assert "not comparable (wer)" in str(found)


def test_a_comparison_cannot_be_changed(comparison: sw.SystemComparison) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        comparison.baseline = "at pauses"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        comparison.plot().html = ""  # type: ignore[misc]
