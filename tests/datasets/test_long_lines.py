"""A line without end, or a quotation that is never closed, is one bad row and not the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamwer.datasets.dataset_folder import LONGEST_LINE
from streamwer.datasets.preparation import prepare_dataset
from streamwer.errors import DatasetError
from tests.datasets.prepared import files, prepare_rows, reasons
from tests.datasets.prepared import settings as config
from tests.datasets.recordings import clip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("metadata.jsonl", '{"file_name": "a.flac", "text": "hi"}\n{"file_name": "%s"}\n'),
        ("x.json", '{"wav": "a.flac", "txt": "hi"}\n{"wav": "%s"}\n'),
        ("1-2.trans.txt", "a hi\nb %s\n"),
    ],
)
def test_a_line_of_ten_megabytes_is_one_bad_row(name: str, content: str, tmp_path: Path) -> None:
    clip(tmp_path / "mine/a.flac")
    files(tmp_path / "mine", {name: content % ("x" * 10_000_000)})
    found, became = prepare_rows(tmp_path / "mine", tmp_path / "out")
    assert [item.text for item in found.values()] == ["hi"]
    label = "1-2.trans.txt, " if name.endswith("txt") else ""
    assert reasons(became) == [f"{label}line 2: longer than {LONGEST_LINE // 2**20} MB"]


def test_a_line_of_just_the_longest_length_is_read_and_the_next_one_too(tmp_path: Path) -> None:
    clip(tmp_path / "mine/a.flac")
    start, end = '{"file_name": "a.flac", "text": "hi", "id": "first", "more": "', '"}\n'
    for length, used in ((LONGEST_LINE - 1, 2), (LONGEST_LINE, 2), (LONGEST_LINE + 1, 1)):
        line = start + "x" * (length - len(start) - len(end)) + end
        second = '{"file_name": "a.flac", "text": "hi", "id": "second"}\n'
        files(tmp_path / "mine", {"metadata.jsonl": line + second})
        found, became = prepare_rows(tmp_path / "mine", tmp_path / "out")
        assert (len(found), became.rows) == (used, 2)


@pytest.mark.parametrize("name", ["calls.csv", "calls.tsv", "metadata.csv"])
def test_a_cell_of_ten_megabytes_is_one_bad_row(name: str, tmp_path: Path) -> None:
    clip(tmp_path / "mine/a.flac")
    comma = "\t" if name.endswith("tsv") else ","
    rows = [("file_name", "text", "id"), ("a.flac", "x" * 10_000_000, "x"), ("a.flac", "hi", "b")]
    files(tmp_path / "mine", {name: "".join(f"{comma.join(row)}\n" for row in rows)})
    found, became = prepare_rows(tmp_path / "mine", tmp_path / "out")
    assert [item.text for item in found.values()] == ["hi"]
    (reason,) = reasons(became)
    assert reason.startswith("row 1: not readable as CSV (field larger than field limit")


def test_a_stray_quotation_mark_is_one_bad_row_and_one_that_is_never_closed_an_error(
    tmp_path: Path,
) -> None:
    clip(tmp_path / "mine/a.flac")
    table = 'file_name,text\na.flac,"say "hi" now"\na.flac,hi\n'
    found, became = prepare_rows(files(tmp_path / "mine", {"calls.csv": table}), tmp_path / "out")
    assert [item.text for item in found.values()] == ["hi"]
    assert [where.partition(" (")[0] for where in reasons(became)] == ["row 1: not readable as CSV"]
    files(tmp_path / "mine", {"calls.csv": 'file_name,text\na.flac,hi\nb.flac,"ho\nc.flac,he\n'})
    with pytest.raises(DatasetError, match=r"calls\.csv, row 2: not readable as CSV"):
        prepare_dataset(config(tmp_path / "mine"), tmp_path / "other")


LONG = "x" * 10_000_000
TOO_LONG = f"longer than {LONGEST_LINE // 2**20} MB"


@pytest.mark.parametrize(
    ("contents", "channels", "told"),
    [
        ({"wav.scp": f"a a.flac\nb {LONG}\n", "text": "a hi\n"}, "mix", "wav.scp, line 2"),
        ({"wav.scp": "a a.flac\n", "text": f"a hi\nb {LONG}\n"}, "mix", "text, line 2"),
        ({"a.txt": "hi", "b.txt": LONG}, "mix", "b.txt"),
        ({"a.A.txt": "hi", "b.A.txt": LONG}, "split", "b.A.txt"),
        ({"a.ctm": "a 1 0 0.1 hi\n", "b.ctm": f"b 1 0 0.1 {LONG}\n"}, "mix", "b.ctm: line 1"),
        ({"a.ctm": "a 1 0 0.1 hi\n", "b.stm": f"b 1 s 0 0.1 {LONG}\n"}, "mix", "b.stm: line 1"),
        ({"a.ctm": "a 1 0 0.1 hi\n", "b.TextGrid": LONG}, "mix", "b.TextGrid: line 1"),
    ],
    ids=["scp", "text", "pairs", "split", "ctm", "stm", "textgrid"],
)
def test_ten_megabytes_in_a_line_are_refused_in_every_form(
    contents: dict[str, str], channels: str, told: str, tmp_path: Path
) -> None:
    mine = files(tmp_path / "mine", contents)
    for name in "ab":
        clip(mine / f"{name}.flac", 0.2)
    found, became = prepare_rows(mine, tmp_path / "out", channels=channels)
    assert [item.text for item in found.values()] == ["hi"]
    assert reasons(became)[0] == f"{told}: {TOO_LONG}"
    assert str(tmp_path) not in "".join(reasons(became))
