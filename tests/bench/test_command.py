"""The whole bench on a few seconds of one call, with the real model and the real engines."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pipeline.bench import command, playing, random_whisper, shapes
from pipeline.bench.random_whisper import Shape
from streamwer.compose import load

NANO = Shape(width=64, heads=2, layers=2)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four seconds of one call, and models that are smaller than tiny."""
    calls = [call.until(4.0) for call in playing.read_calls(load(["dataset.limit=1"]).dataset)]
    monkeypatch.setattr(playing, "read_calls", lambda dataset: calls)
    monkeypatch.setattr(shapes, "SHAPES", {"nano": NANO})
    monkeypatch.setattr(shapes, "WINDOWS_S", (1,))
    monkeypatch.setattr(random_whisper, "TINY", NANO)


def bench(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    return command.main()


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_everything_is_measured_printed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "benchmark.json"
    assert bench(monkeypatch, "--repeats", "1", "--out", str(out)) == 0
    found = json.loads(out.read_text())
    figures = ("local_agreement_direct_over_transcribe", "best_over_offline", "framework_share")
    assert all(found[figure] > 0 for figure in figures)
    assert found["details"]["complete"] is True
    assert len(found["details"]["targets"]) == 11
    assert str(tmp_path) not in out.read_text()
    printed = capsys.readouterr().out
    for part in ("best_over_offline", "whisper-nano", "framework", found["best_policy"]):
        assert part in printed


@pytest.mark.usefixtures("small")
def test_one_part_is_a_quick_look_and_is_not_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(monkeypatch, "--only", "shapes", "--repeats", "1") == 0
    printed = capsys.readouterr().out
    assert "quick look" in printed
    assert "left as it was" in printed


@pytest.mark.parametrize("wrong", [("--repeats", "0"), ("--calls", "-1"), ("--only", "nothing")])
def test_a_wrong_option_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: tuple[str, str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        bench(monkeypatch, *wrong)
