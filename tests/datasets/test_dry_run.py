"""A dry run shows how the first rows are understood, and writes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline import prepare as stage
from streamwer.datasets import preview
from tests.datasets.prepared import files, settings
from tests.datasets.recordings import clip


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    clip(tmp_path / "mine/a.flac")
    texts = {"a.txt": "[bold]hi[/bold]", "b.txt": "", "words.ctm": "a 1 0 0.2 bold\n"}
    clip(tmp_path / "mine/b.flac")
    return files(tmp_path / "mine", texts)


def test_the_first_rows_as_they_are_understood(mine: Path) -> None:
    found = preview(settings(mine), 1)
    assert (found.total, len(found.rows)) == (2, 1)
    assert found.form == "pairs of audio and text files, word times beside it"


def test_the_stage_shows_a_table_and_writes_nothing(
    mine: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    overrides = ["dataset=folder", f"dataset.path={mine}"]
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(stage, "PREPARED", tmp_path / "prepared")
    monkeypatch.setattr(sys, "argv", ["prepare", "--dry-run", *overrides])
    assert stage.main() == 0
    told = capsys.readouterr().out
    assert "folder: pairs of audio and text files, word times beside it, 2 rows" in told
    assert "its words are not the words of its transcript" in told
    assert "the transcript is empty" in told
    assert {path.name for path in tmp_path.iterdir()} == {"mine"}


def test_more_rows_than_wanted_are_not_shown(
    mine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    overrides = ["dataset=folder", f"dataset.path={mine}", "--rows", "1"]
    monkeypatch.setattr(sys, "argv", ["prepare", "--dry-run", *overrides])
    assert stage.main() == 0
    assert "b.txt" not in capsys.readouterr().out


def test_columns_that_say_nothing_are_named_and_not_drawn(
    mine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a narrow terminal they would take their width from ids and transcripts."""
    overrides = ["dataset=folder", f"dataset.path={mine}"]
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "argv", ["prepare", "--dry-run", *overrides])
    assert stage.main() == 0
    told = capsys.readouterr().out.splitlines()
    assert "speaker" not in told[2]
    assert told[-1].startswith("no row shown has: ")
    assert "speaker" in told[-1]
    assert "transcript" not in told[-1]
