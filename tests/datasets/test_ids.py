"""Recordings without ids of their own are told apart by their names, and then by their folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.datasets.ids import assign_ids, fold_name
from streamwer.datasets.rows import DatasetRow, RowSource
from streamwer.formats.recording_ids import is_id, normalise_nfc
from tests.datasets.prepared import files, prepare_rows, reasons
from tests.datasets.recordings import clip

PARTS = st.sampled_from(["a", "A", "b", "a-b", "_", "é", "e\u0301", "x & y", ".."])
PATHS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)


def name_rows(*paths: str) -> dict[str, str]:
    """The ids by the paths of rows that name none."""
    rows = [
        DatasetRow(path, {"id": None}, path.rpartition("/")[2], lambda: iter(()), path=path)
        for path in paths
    ]
    found = assign_ids(RowSource("here", ("text",), rows), "id", partly=False).rows
    return {row.where: row.stem for row in found}


@given(st.lists(PATHS, unique_by=fold_name, max_size=8))
def test_each_path_has_an_id_of_its_own_which_is_its_name_where_no_other_has_it(
    paths: list[str],
) -> None:
    found = name_rows(*paths)
    stems = [fold_name(path.rpartition("/")[2]) for path in paths]
    assert len({fold_name(name) for name in found.values()}) == len(paths)
    for path, stem in zip(paths, stems, strict=True):
        name = path.rpartition("/")[2]
        assert is_id(found[path])
        if stems.count(stem) == 1 and is_id(name):
            assert found[path] == normalise_nfc(name)
    assert found == name_rows(*paths)


def test_a_name_that_is_no_id_becomes_one_and_none_is_lost() -> None:
    tall = "x" * 130
    found = name_rows("what's up?", "_intro", "-", "+", "a&b", "a#b", f"a/{tall}", f"b/{tall}", "")
    kept = [found[name] for name in ("what's up?", "_intro", "-", "+", "a&b", "a#b", "")]
    assert kept == ["what_s up_", "intro", "recording", "recording-2", "a_b", "a_b-2", ""]
    long = [found[f"{folder}/{tall}"] for folder in "ab"]
    assert [name[:4] for name in long] == ["a-xx", "b-xx"]
    assert all(map(is_id, long))


def test_a_path_is_joined_and_numbered_only_where_that_is_taken_too() -> None:
    assert name_rows("a/001", "b/001", "001", "b/c/x", "b-c/x", "ann & bob/y", "_/y") == {
        "a/001": "a-001",
        "b/001": "b-001",
        "001": "001",
        "b/c/x": "b-c-x",
        "b-c/x": "b-c-x-2",
        "ann & bob/y": "ann _ bob-y",
        "_/y": "y",
    }


FORMS = {
    "pairs": {"ann/001.txt": "hello", "bob/001.txt": "bye"},
    "audiofolder": {"metadata.csv": "file_name,text\nann/001.wav,hello\n./bob/001.wav,bye\n"},
    "json": {
        "x.json": "".join(
            f"{json.dumps({'wav': f'{who}/001.wav', 'txt': text})}\n"
            for who, text in (("ann", "hello"), ("bob", "bye"))
        )
    },
    "timed": {
        f"{who}/001.ctm": f"001 1 0 0.2 {text}\n"
        for who, text in (("ann", "hello"), ("bob", "bye"))
    },
}


@pytest.mark.parametrize("texts", FORMS.values(), ids=FORMS)
def test_recordings_of_one_name_in_two_folders_are_told_apart(
    texts: dict[str, str], tmp_path: Path
) -> None:
    for name in ("ann/001", "bob/001"):
        clip(tmp_path / f"mine/{name}.wav")
    for limit in (None, 1):  # what an id is does not depend on what is used
        found, became = prepare_rows(files(tmp_path / "mine", texts), tmp_path / "out", limit=limit)
        said = {"ann-001": "hello"} | ({} if limit else {"bob-001": "bye"})
        assert {name: item.text for name, item in found.items()} == said
        assert not became.unusable


def test_a_name_that_another_row_gives_as_its_id_is_not_taken(tmp_path: Path) -> None:
    rows = [{"wav": "x.wav", "txt": "one", "id": "A"}, {"wav": "ann/a.wav", "txt": "two"}]
    rows += [{"wav": "ann/b.wav", "txt": "three"}, {"wav": "ann/b.wav", "txt": "four"}]
    for name in ("x", "ann/a", "ann/b"):
        clip(tmp_path / f"mine/{name}.wav")
    files(tmp_path / "mine", {"x.json": "".join(f"{json.dumps(row)}\n" for row in rows)})
    found, became = prepare_rows(tmp_path / "mine", tmp_path / "out")
    assert {name: item.text for name, item in found.items()} == {
        "A": "one",
        "ann-a": "two",
        "b": "three",
    }
    (reason,) = reasons(became)
    assert reason.startswith("line 4: the id 'b' is that of line 3; ids must differ: ")
