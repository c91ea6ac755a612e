"""The report of a sweep says what its points say, in every form, and trusts no text."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from streamwer.analysis.sweeps.point import build_failed_point
from streamwer.analysis.sweeps.sweep import build_sweep
from streamwer.errors import StreamwerError
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.reports import sweep as report
from tests.analysis.sweeps import made_up
from tests.reports.synthetic import SCORING


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep")
    report.write_sweep_report(made_up.sweep(), folder)
    return folder


def test_the_json_has_every_point_in_order(folder: Path) -> None:
    everything = json.loads((folder / "sweep.json").read_text())
    found = [point for point, _ in made_up.make_points()]
    assert [each["name"] for each in everything["points"]] == [point.name for point in found]
    known = [each["wer"]["value"] for each in everything["points"] if not each["failure"]]
    assert known == [round(point.errors, 6) for point in found if not point.failure]


def test_every_point_has_its_command_on_the_page(folder: Path) -> None:
    page = (folder / "index.html").read_text()
    for point, _ in made_up.make_points():
        assert point.command in page
    short = (folder / "sweep.md").read_text()
    for chosen in json.loads((folder / "sweep.json").read_text())["front"]:
        assert made_up.make_points()[int(chosen) - 1][0].command in short


def test_a_failed_point_is_listed_with_its_reason_as_text(folder: Path) -> None:
    page, short = (folder / "index.html").read_text(), (folder / "sweep.md").read_text()
    for text in (page, short):
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text
    assert json.loads((folder / "sweep.json").read_text())["points"][6]["failure"]


def test_the_same_sweep_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    report.write_sweep_report(made_up.sweep(), tmp_path)
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_sweep_of_one_point_and_one_of_failures_have_a_page(tmp_path: Path) -> None:
    found = made_up.make_points()
    twice = [(build_failed_point(p.name, p.command, p.config, "no"), None) for p, _ in found[:2]]
    for name, some in {"one": found[:1], "failed": found[-1:], "all failed": twice}.items():
        report.write_sweep_report(build_sweep(name, some, [1.0], SCORING, {}), tmp_path / name)
        page = (tmp_path / name / "index.html").read_text()
        assert "<h1>" in page
        assert ("Bars are" in page) == (name == "one")


@pytest.mark.parametrize(
    ("unknown", "name"), [(["p95"], "commit latency p50"), (["p95", "p50"], "LAAL")]
)
def test_without_a_p95_the_next_latency_takes_its_place(
    tmp_path: Path, unknown: list[str], name: str
) -> None:
    missing: dict[str, Any] = dict.fromkeys(unknown, Quantile(None))
    few = [(replace(point, **missing), scored) for point, scored in made_up.make_points()]
    report.write_sweep_report(build_sweep("few", few, [1.0], SCORING, {}), tmp_path)
    page, short = (tmp_path / "index.html").read_text(), (tmp_path / "sweep.md").read_text()
    for text in (page, short):
        assert f"Here {name} stands for the latency: a 95th percentile needs 72 words" in text
        assert f"{name} at most" in text
        assert "1\u00a0point failed" in text
    assert f"WER against {name}" in page
    assert "p95, s" not in page
    assert json.loads((tmp_path / "sweep.json").read_text())["front"]


def test_points_without_any_latency_are_not_called_slow(tmp_path: Path) -> None:
    missing: dict[str, Any] = dict.fromkeys(("p95", "p50", "laal"), Quantile(None))
    none = [(replace(point, **missing), scored) for point, scored in made_up.make_points()]
    report.write_sweep_report(build_sweep("none", none, [1.0], SCORING, {}), tmp_path)
    page = (tmp_path / "index.html").read_text()
    assert "no point is known to be this fast" in page
    assert "Pareto front" not in page


def test_a_point_that_was_found_twice_counts_once() -> None:
    again = build_sweep("twice", made_up.make_points() * 2, [1.0], SCORING, {})
    assert again.points == made_up.sweep().points


def test_points_on_different_data_are_not_compared() -> None:
    (point, scored), (other, strange) = made_up.make_points()[:2]
    assert scored
    assert strange
    method = replace(strange.signature.method, references="another")
    strange = replace(strange, signature=replace(strange.signature, method=method))
    with pytest.raises(StreamwerError, match=r"1 and 2 cannot be compared \(reference texts"):
        build_sweep("mixed", [(point, scored), (other, strange)], [1.0], SCORING, {})


def test_a_sweep_without_points_says_how_to_make_one() -> None:
    with pytest.raises(StreamwerError, match=r"pipeline\.sweep -m"):
        build_sweep("none", [], [1.0], SCORING, {})
