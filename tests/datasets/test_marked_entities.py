"""A data set marks its entities in a column: a list, or a text with semicolons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.datasets.prepared import files, prepare_rows
from tests.datasets.recordings import clip


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    for name in "abc":
        clip(tmp_path / f"mine/{name}.flac", 0.5)
    return tmp_path / "mine"


def test_a_table_marks_entities_and_an_empty_cell_marks_none(mine: Path, tmp_path: Path) -> None:
    table = "file_name,text,speaker,entities\na.flac,I am Ann from York.,x,Ann; york\n"
    files(mine, {"metadata.csv": f"{table}b.flac,Hello.,x,\nc.flac,I am Bo.,y,Ann\n"})
    found, became = prepare_rows(mine, tmp_path / "out")
    assert [each.entities for each in found.values()] == [("Ann", "york"), ()]
    assert "'entities': the transcript does not have 'Ann'" in became.unusable[0].reason


def test_a_list_marks_them_and_a_joined_call_has_all(mine: Path, tmp_path: Path) -> None:
    rows = [("a", "I am Ann.", ["Ann"]), ("b", "Ann?", ["Ann"]), ("c", "Yes.", [])]
    lines = (
        json.dumps({"file_name": f"{n}.flac", "text": t, "speaker": "x", "entities": e})
        for n, t, e in rows
    )
    files(mine, {"metadata.jsonl": "\n".join(lines)})
    found, _ = prepare_rows(mine, tmp_path / "out", concatenate={"by": "speaker"})
    assert [each.entities for each in found.values()] == [("Ann", "Ann")]


def test_lines_of_a_manifest_mark_them_only_where_some_line_does(
    mine: Path, tmp_path: Path
) -> None:
    lines = [{"audio_filepath": f"{name}.flac", "text": "I am Ann."} for name in "abc"]
    files(mine, {"test.jsonl": "\n".join(map(json.dumps, lines))})
    found, _ = prepare_rows(mine, tmp_path / "out")
    assert {each.entities for each in found.values()} == {None}  # found by rule
    lines[0] |= {"entities": ["Ann"]}
    files(mine, {"test.jsonl": "\n".join(map(json.dumps, lines))})
    found, _ = prepare_rows(mine, tmp_path / "again")
    assert [each.entities for each in found.values()] == [("Ann",), (), ()]
