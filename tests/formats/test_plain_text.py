"""Hypothesis and reference as two plain texts: by line where both have as many, else as a whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streamwer.cli.score import main

SAID = "good morning\n\nhow are you\n"
HEARD = "Good morning.\nthank you\nhow is you\n"


def score(tmp_path: Path, capsys: pytest.CaptureFixture[str], heard: str, said: str) -> dict:
    (tmp_path / "heard.txt").write_text(heard, encoding="utf-8")
    (tmp_path / "said.txt").write_text(said, encoding="utf-8")
    paths = [str(tmp_path / f"{name}.txt") for name in ("heard", "said")]
    assert main([paths[0], "--references", paths[1], "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_texts_of_as_many_lines_are_scored_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = score(tmp_path, capsys, HEARD, SAID)
    assert (found["format"], found["recordings"]) == ("text", 3)
    assert [found[kind] for kind in ("hits", "substitutions", "deletions", "insertions")] == [
        4,
        1,
        0,
        2,
    ]


def test_texts_of_other_numbers_of_lines_are_one_recording_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = score(tmp_path, capsys, HEARD, SAID.replace("\n\n", " "))
    assert found["recordings"] == 1
    assert (found["words"], found["insertions"]) == (5, 2)
    assert found["notes"] == []
    found = score(tmp_path, capsys, HEARD, f"{SAID}bye\n")
    assert found["notes"] == ["the texts have 3 and 4 lines, so they are compared as one each"]


def test_a_text_has_no_latencies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = score(tmp_path, capsys, HEARD, SAID)
    assert found["commit_latency"]["p50"]["value"] is None
    assert found["lagging"]["laal"] == {"ideal": None, "aware": None}


def test_a_log_is_not_taken_for_a_text_where_the_references_are_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "heard.txt").write_text(HEARD)
    (tmp_path / "said.tsv").write_text("0.1\t0.2\tgood\n")
    files = [str(tmp_path / name) for name in ("heard.txt", "said.tsv")]
    assert main([files[0], "--references", files[1]]) == 2
    said = capsys.readouterr().err
    assert "its first line is of none of streamwer, json," in said
    assert "simulstreaming; say" in said
    assert "--format text where it is plain text" in said
    assert main(["--format", "text", files[0], "--references", files[1]]) == 0


def test_what_is_no_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "heard.txt").write_bytes(b"h\0i\0")
    (tmp_path / "said.txt").write_text("hi")
    files = [str(tmp_path / name) for name in ("heard.txt", "said.txt")]
    assert main([files[0], "--references", files[1]]) == 2
    assert "not a text (it holds NUL)" in capsys.readouterr().err
