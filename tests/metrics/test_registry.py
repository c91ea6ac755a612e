"""A metric that is registered is in the scores, the files, the report, the gate and the docs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from streamwer.analysis.gate.measures import list_measures
from streamwer.analysis.gate.run_group import RunGroup
from streamwer.errors import ConfigError
from streamwer.metrics import registry
from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import (
    Display,
    Tables,
    list_metrics,
    metric,
    recording_columns,
)
from streamwer.metrics.stats.intervals import Floats
from streamwer.reports import parquet_export
from streamwer.reports.all_figures import build_figure_groups
from tests.reports import synthetic


def list_rows() -> Iterator[str]:
    for each in list_metrics():
        yield f"| `{each.name}` | {each.unit} | {each.better} | {each.source} |"


@pytest.fixture
def long_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A metric as another package would add it: how many letters a word has."""
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    monkeypatch.setattr(registry, "_columns", dict(registry._columns))

    @recording_columns
    def count_letters(recording: AlignedRecording) -> dict[str, int]:
        return {"letters": len(recording.text.replace(" ", ""))}

    @metric(
        "letters",
        unit="letters per word",
        better="lower",
        source="made up",
        shown=Display("Letters", 95, "Letters", "letters of a final word", ".1f"),
    )
    def count_parts(tables: Tables) -> tuple[Floats, Floats]:
        rows = tables.recordings
        return rows["letters"].to_numpy(float), rows["final_words"].to_numpy(float)


def test_the_docs_list_every_metric() -> None:
    page = Path("docs/metrics.md").read_text(encoding="utf-8")
    table = [line for line in page.splitlines() if line.startswith("| `") and line.count("|") == 5]
    assert table == list(list_rows())


def test_the_names_are_unique_and_each_has_a_direction_and_a_source() -> None:
    found = list_metrics()
    assert len({each.name for each in found}) == len({each.key or each.name for each in found})
    assert all(each.better and each.source and each.unit for each in found)
    with pytest.raises(ConfigError, match="metric wer: there is one of that name already"):
        metric("wer", unit="", better="lower", source="", shown=Display())(lambda _: None)


@pytest.mark.usefixtures("long_words")
def test_a_new_metric_is_in_the_scores_the_files_the_report_and_the_gate() -> None:
    comparison = synthetic.compare()
    value = comparison.systems[0].summary.figures["letters"].value
    assert 1 < value < 20
    table = pq.read_table(io.BytesIO(parquet_export.render(comparison)["figures.parquet"]))
    rows = [row for row in table.to_pylist() if row["metric"] == "letters"]
    assert (rows[0]["value"], rows[0]["unit"]) == (value, "letters per word")
    section = next(each for each in build_figure_groups(comparison) if each.title == "Letters")
    assert section.rows[0].cells[0].text == f"{value:.1f}"
    measure = dict(list_measures())["letters"]
    assert measure.compute(RunGroup((comparison.systems[0].scores,))) == pytest.approx(value)


def test_a_package_whose_metric_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("letters", "no_such_module", registry.ENTRY_POINTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: [broken])
    with pytest.raises(ConfigError, match=r"metric letters: .* mend or uninstall that package"):
        registry._load_modules.__wrapped__()
