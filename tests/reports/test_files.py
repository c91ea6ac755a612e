from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from streamwer import reports
from streamwer.config.hardware import STAGES
from streamwer.errors import StreamwerError
from streamwer.metrics.registry import Ratio
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.reports import data_files, terminal
from streamwer.reports.comparison import Comparison
from tests.reports import synthetic

FILES = {
    "comparison.md",
    "costs.json",
    "figures.parquet",
    "index.html",
    "latency_cdf.csv",
    "metrics.json",
    "slices.parquet",
    "wer_latency.json",
}


def parse_file(comparison: Comparison, name: str) -> Any:
    return json.loads(data_files.render(comparison)[name])


def change_figures(comparison: Comparison, **figures: Any) -> Comparison:
    """The comparison with some figures of its first system replaced."""
    first, *others = comparison.systems
    known = first.summary
    latencies = {name: figures.pop(name) for name in known.latencies if name in figures}
    rates = {name: figures[name] for name in known.figures if name in figures}
    ratios = {name: Ratio(getattr(rate, "value", rate), 1.0) for name, rate in rates.items()}
    figures.pop("coverage", None)
    summary = replace(
        known,
        latencies={**known.latencies, **latencies},
        figures={**known.figures, **ratios},
        **figures,
    )
    return replace(comparison, systems=(replace(first, summary=summary), *others))


def test_all_files_are_written_and_nothing_else(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES


def test_a_second_run_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    reports.write_report(synthetic.compare(), tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_metrics_are_the_headline_figures_of_every_system(measured: Comparison) -> None:
    metrics = parse_file(measured, "metrics.json")
    assert list(metrics["systems"]) == ["local_agreement", "offline", "prompted_buffer"]
    summary = measured.systems[2].summary
    assert metrics["systems"]["local_agreement"] == {
        "wer": round(summary.wer.value, 6),
        "commit_p50": round(summary.commit_latency["p50"].value or 0, 4),
        "commit_p95": round(summary.commit_latency["p95"].value or 0, 4),
        "shown_p50": round(summary.latencies["shown_latency"]["p50"].value or 0, 4),
        "laal": round(summary.simulst_latency["laal"].aware, 4),
        "erasure": round(summary.figures["erasure"].value, 6),
        "rtf": round(summary.cost.rtf, 6),
    }


def test_dvc_gets_the_same_figures_in_a_file_for_each_system(measured: Comparison) -> None:
    systems = parse_file(measured, "metrics.json")["systems"]
    files = data_files.render_metrics(measured)
    assert {name: json.loads(text) for name, text in files.items()} == {
        f"{name}.json": figures for name, figures in systems.items()
    }


def test_metrics_are_sorted_and_end_with_a_newline(measured: Comparison) -> None:
    text = data_files.render(measured)["metrics.json"]
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"


def test_words_that_never_came_are_the_string_inf(failing: Comparison) -> None:
    figures = parse_file(failing, "metrics.json")["systems"]["prompted_buffer"]
    assert figures["commit_p95"] == "inf"


def test_what_is_not_defined_is_left_out(measured: Comparison) -> None:
    nan = math.nan
    few = dict.fromkeys(("p50", "p95", "p99"), Quantile(None))
    odd = change_figures(measured, wer=Interval(nan, nan, nan), shown_latency=few)
    figures = parse_file(odd, "metrics.json")["systems"]["offline"]
    assert not {"wer", "shown_p50"} & set(figures)


def test_the_terminal_shows_error_rate_and_latency_of_every_system(
    measured: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.print_comparison(measured)
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["system", "WER", "(interval)", "commit"]
    assert [row.split()[0] for row in rows] == [each.summary.name for each in measured.systems]
    p50 = measured.systems[2].summary.commit_latency["p50"].value or 0
    assert f" {p50:.2f}\u00a0s " in rows[2]
    assert max(map(len, rows)) <= 120


def test_the_terminal_shows_no_empty_interval(
    measured: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.print_comparison(change_figures(measured, wer=Interval(0.018, math.nan, math.nan)))
    out = capsys.readouterr().out
    assert " 1.8\u00a0%  " in out
    assert "to –" not in out


def test_measured_time_is_kept_out_of_what_must_repeat(
    measured: Comparison, unaware: Comparison
) -> None:
    assert "rtf" in parse_file(measured, "metrics.json")["systems"]["offline"]
    assert "rtf" not in parse_file(unaware, "metrics.json")["systems"]["offline"]
    assert parse_file(unaware, "costs.json")["systems"]["offline"]["rtf"] > 0


def test_compute_time_changes_nothing_but_costs_under_an_unaware_clock(
    unaware: Comparison,
) -> None:
    slower = change_figures(
        unaware, cost=replace(unaware.systems[0].summary.cost, rtf=9.0), machine={}
    )
    before, after = data_files.render(unaware), data_files.render(slower)
    assert [name for name in before if before[name] != after[name]] == ["costs.json"]
    assert reports.markdown.render(unaware) == reports.markdown.render(slower)


def test_costs_name_no_machine(measured: Comparison) -> None:
    costs = parse_file(measured, "costs.json")["systems"]["offline"]
    assert costs["load_seconds"] == 0.412
    assert costs["peak_memory_mb"] == 143
    assert list(costs["rtf_by_stage"]) == sorted(STAGES)
    assert "host" not in costs


def test_the_latency_curve_stops_where_words_never_came(failing: Comparison) -> None:
    rows = list(csv.DictReader(data_files.render(failing)["latency_cdf.csv"].splitlines()))
    shares = [float(row["share"]) for row in rows if row["system"] == "prompted_buffer"]
    latencies = [float(row["latency"]) for row in rows if row["system"] == "prompted_buffer"]
    coverage = failing.systems[1].summary.coverage
    assert coverage < 0.95
    assert shares[-1] == math.floor(100 * coverage) / 100
    assert latencies == sorted(latencies)


def test_wer_against_latency_is_one_row_per_system(measured: Comparison) -> None:
    rows = parse_file(measured, "wer_latency.json")
    assert [row["system"] for row in rows] == ["offline", "prompted_buffer", "local_agreement"]
    assert all(row["latency_low"] <= row["latency"] <= row["latency_high"] for row in rows)


def test_a_folder_that_cannot_be_made_is_one_error(measured: Comparison, tmp_path: Path) -> None:
    in_the_way = tmp_path / "comparison"
    in_the_way.write_text("a file")
    with pytest.raises(StreamwerError, match=r"comparison: the report cannot be written.*choose"):
        reports.write_report(measured, in_the_way)


def test_a_folder_is_tried_without_a_trace(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for folder in ("there", "not/yet"):
        reports.files.check_writable(tmp_path / folder)
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


def test_nothing_half_written_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()  # renaming a file onto a folder fails
    (tmp_path / "b" / "inside").touch()
    with pytest.raises(StreamwerError):
        reports.files.write_files(tmp_path, {"b": "new"})
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_text_that_is_no_unicode_does_not_lose_the_report(tmp_path: Path) -> None:
    reports.files.write_files(tmp_path, {"page": "lone \ud800 surrogate"})
    assert (tmp_path / "page").read_text() == "lone ? surrogate"


def test_parquet_has_the_figures_of_the_json_and_its_schema_version(
    measured: Comparison, folder: Path
) -> None:
    table = pq.read_table(folder / "figures.parquet")
    assert table.schema.metadata[b"streamwer_report"] == b"2"
    found = {(row["system"], row["metric"]): row for row in table.to_pylist()}
    for name, figures in parse_file(measured, "metrics.json")["systems"].items():
        row = found[name, "wer"]
        assert row["low"] <= row["value"] <= row["high"]
        assert round(row["value"], 6) == figures["wer"]
        p95 = found[name, "commit_latency_p95"]["value"]
        assert round(p95, 4) == figures["commit_p95"]
    assert ("offline", "delta_wer") not in found


def test_slices_of_a_kind_make_up_the_whole(measured: Comparison, folder: Path) -> None:
    table = pq.read_table(folder / "slices.parquet").to_pandas()
    for (system, _), rows in table.groupby(["system", "kind"]):
        (whole,) = (s.summary.errors for s in measured.systems if s.summary.name == system)
        assert rows["hits"].sum() == whole.hits
        assert rows["insertions"].sum() == whole.insertions
