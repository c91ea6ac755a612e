"""Whatever lies in a folder: clear errors or a prepared data set, and never a look outside it."""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from streamwer.datasets.preparation import prepare_dataset
from streamwer.datasets.row_summary import read_row_summary as outcome
from streamwer.errors import DatasetError, StreamwerError
from streamwer.formats.manifest import read_manifest
from tests.datasets.prepared import files, prepare_rows, reasons
from tests.datasets.prepared import settings as config
from tests.datasets.recordings import clip

_watched: list[str] = []
_opened: list[str] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _watched and isinstance(arguments[0], str):
        path = os.path.realpath(arguments[0])
        if path.startswith(_watched[-1]):
            _opened.append(path)


sys.addaudithook(_hook)


@contextmanager
def nothing_is_opened_in(folder: Path) -> Iterator[None]:
    """Fails if a file in there is opened by Python, through whatever link or name."""
    _opened.clear()
    _watched.append(os.path.realpath(folder))
    try:
        yield
    finally:
        _watched.pop()
    assert not _opened


def test_the_watch_sees_what_is_opened_through_a_link() -> None:
    with (
        a_place_with_secrets() as (mine, outside),
        pytest.raises(AssertionError),
        nothing_is_opened_in(outside),
    ):
        (mine / "link.flac").read_bytes()


@contextmanager
def a_place_with_secrets() -> Iterator[tuple[Path, Path]]:
    """A folder for a data set, and one beside it that nobody must look into."""
    with tempfile.TemporaryDirectory() as name:
        mine, outside = Path(name) / "mine", Path(name) / "outside"
        clip(outside / "secret.flac")
        files(outside, {"secret.txt": "secret", "words.ctm": "a 1 0 0.1 secret\n"})
        clip(mine / "a.flac", 0.1)
        (mine / "link.flac").symlink_to(outside / "secret.flac")
        (mine / "loop.flac").symlink_to(mine / "loop.flac")
        (mine / "far").symlink_to(outside, target_is_directory=True)
        yield mine, outside


NAMES = st.sampled_from(
    [
        "a.flac",
        "link.flac",
        "loop.flac",
        "far/secret.flac",
        "../outside/secret.flac",
        "x/../../outside/secret.flac",
        "/etc/passwd",
        "/dev/zero",
        "~/secret.flac",
        "file:../outside/secret.flac",
        "concat:a.flac|../outside/secret.flac",
        "http://127.0.0.1:9/a.flac",
        "touch ran |",
        "a\0.flac",
        "é" * 300,
        ".",
        "..",
        "",
    ]
)
TEXTS = st.one_of(
    st.sampled_from(["hi", "", " ", "\u2028", "a\tb", '"', "'", "שלום", "你好", "\ud800", "\x00"]),
    st.text(max_size=12),
)
VALUES = st.one_of(
    TEXTS, st.none(), st.integers(), st.floats(), st.booleans(), st.lists(st.integers(), max_size=2)
)
IDS = st.one_of(st.sampled_from(["a", "A", "..", "a/b", "con", "é" * 130]), TEXTS)


def survives(mine: Path, outside: Path, **keys: Any) -> None:
    """Prepare: what comes out can be read again, or one line per problem says why not."""
    out = mine.parent / "prepared"
    with nothing_is_opened_in(outside):
        try:
            told = prepare_dataset(config(mine, **keys), out)
        except StreamwerError as error:
            lines = str(error).split("\n")
            assert all(line.isprintable() for line in lines), lines
            assert len(lines) <= 12
            assert not out.exists()
            return
    assert read_manifest(out) == told
    became = outcome(out)
    assert became is not None
    assert len(told) + len(became.unusable) == became.rows
    assert all(line.isprintable() for line in became.format_lines())


@settings(max_examples=40)
@given(st.lists(st.dictionaries(st.sampled_from(["file_name", "text", "id"]), VALUES), max_size=4))
def test_json_rows_of_any_values(rows: list[dict[str, object]]) -> None:
    with a_place_with_secrets() as (mine, outside):
        lines = "".join(f"{json.dumps(row)}\n" for row in rows)
        files(mine, {"metadata.jsonl": lines})
        survives(mine, outside)


@settings(max_examples=40)
@given(st.lists(st.tuples(NAMES, TEXTS, IDS), max_size=4), st.sampled_from(["csv", "tsv"]))
def test_tables_of_any_text(rows: Sequence[tuple[str, str, str]], kind: str) -> None:
    with a_place_with_secrets() as (mine, outside):
        table = StringIO()
        writer = csv.writer(table, delimiter="," if kind == "csv" else "\t", escapechar="\\")
        for row in [("file_name", "text", "id"), *rows]:
            writer.writerow([cell.encode("utf-8", "replace").decode() for cell in row])
        files(mine, {f"calls.{kind}": table.getvalue()})
        survives(mine, outside)


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.sampled_from(
            "metadata.jsonl metadata.parquet calls.csv calls.tsv x.json wav.scp text segments"
            " utt2spk 1-2.trans.txt a.txt a.A.txt a.ctm a.stm a.TextGrid".split()
        ),
        st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda t: t.encode("utf-8"))),
        max_size=4,
    ),
    st.sampled_from(["mix", "split"]),
)
def test_files_of_any_bytes(contents: dict[str, bytes], channels: str) -> None:
    with a_place_with_secrets() as (mine, outside):
        for name, content in contents.items():
            (mine / name).write_bytes(content)
        survives(mine, outside, channels=channels)


@settings(max_examples=40)
@given(
    names=st.lists(NAMES, min_size=1, max_size=5),
    texts=st.lists(TEXTS, min_size=1, max_size=5),
    times=st.lists(st.one_of(st.floats(), st.text(max_size=3)), min_size=2, max_size=2),
    segmented=st.booleans(),
)
def test_kaldi_and_nemo_names_and_times(
    names: list[str], texts: list[str], times: list[Any], segmented: bool
) -> None:
    with a_place_with_secrets() as (mine, outside):
        keys = [f"u{number}" for number in range(len(names))]
        clean = [text.encode("utf-8", "replace").decode() for text in (*names, *texts)]
        pairs = list(zip(keys, clean, strict=False))
        scp = "".join(f"{key} {name}\n" for key, name in pairs)
        text = "".join(f"{key} {said}\n" for key, said in zip(keys, clean[::-1], strict=False))
        begin, end = (str(time).encode("utf-8", "replace").decode() for time in times)
        cut = "".join(f"{key} {key} {begin} {end}\n" for key in keys)
        table = {"wav.scp": scp, "text": text} | ({"segments": cut} if segmented else {})
        survives(files(mine, table), outside)
    with a_place_with_secrets() as (mine, outside):
        rows = [
            {"audio_filepath": name, "text": "hi", "offset": times[0], "duration": times[1]}
            for name in names
        ]
        files(mine, {"test.json": "".join(f"{json.dumps(row)}\n" for row in rows)})
        survives(mine, outside)


@settings(max_examples=25)
@given(st.lists(st.tuples(NAMES, TEXTS, IDS), min_size=1, max_size=4))
def test_parquet_of_any_text(rows: Sequence[tuple[str, str, str]]) -> None:
    with a_place_with_secrets() as (mine, outside):
        clean = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in rows]
        columns = [list(column) for column in zip(*clean, strict=True)]
        table = pa.table(dict(zip(("file_name", "text", "id"), columns, strict=True)))
        parquet.write_table(table, mine / "metadata.parquet")
        survives(mine, outside)


@settings(max_examples=25)
@given(st.lists(st.tuples(NAMES, TEXTS), min_size=1, max_size=4), st.sampled_from(["ctm", "stm"]))
def test_names_of_recordings_in_word_times_lead_nowhere(
    rows: Sequence[tuple[str, str]], kind: str
) -> None:
    with a_place_with_secrets() as (mine, outside):
        clean = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in rows]
        times = "1 0 0.05" if kind == "ctm" else "1 ann 0 0.05"
        lines = "".join(f"{name} {times} {text}\n" for name, text in [("a", "hi"), *clean])
        survives(files(mine, {f"all.{kind}": lines}), outside)


@pytest.mark.parametrize("utterance", ["/x", "../x", "../outside/secret", "a/../../outside/secret"])
def test_an_utterance_whose_name_leads_out_of_its_chapter_is_one_bad_row(utterance: str) -> None:
    with a_place_with_secrets() as (mine, outside), nothing_is_opened_in(outside):
        files(mine, {"1-2.trans.txt": f"a hi\n{utterance} hi\n"})
        found, became = prepare_rows(mine, mine.parent / "prepared")
        assert list(found) == ["a"]
        (reason,) = reasons(became)
        assert reason.startswith(f"1-2.trans.txt, line 2: the id '{utterance}' cannot be a file")


@settings(max_examples=25)
@given(st.lists(st.tuples(NAMES, TEXTS), min_size=1, max_size=4))
def test_names_of_utterances_lead_nowhere(rows: Sequence[tuple[str, str]]) -> None:
    with a_place_with_secrets() as (mine, outside):
        clean = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in rows]
        lines = "".join(f"{name.removesuffix('.flac')} {text}\n" for name, text in clean)
        survives(files(mine, {"1/1-2.trans.txt": lines}), outside)


@pytest.mark.parametrize(
    "name", ["metadata.jsonl", "metadata.csv", "metadata.parquet", "calls.csv", "x.json"]
)
def test_a_list_that_is_a_link_out_of_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    clip(tmp_path / "mine/a.flac")
    (tmp_path / "outside").write_text('{"wav": "a.flac", "txt": "secret"}')
    (tmp_path / "mine" / name).symlink_to(tmp_path / "outside")
    with (
        nothing_is_opened_in(tmp_path / "outside"),
        pytest.raises(DatasetError, match=r"is outside the folder|no recordings with transcripts"),
    ):
        prepare_dataset(config(tmp_path / "mine"), tmp_path / "out")


def test_links_and_lists_of_links_are_not_followed_out(tmp_path: Path) -> None:
    """A play list in the clothes of an audio file, and a link beside it."""
    secret = clip(tmp_path / "outside/secret.flac")
    mine = files(tmp_path / "mine", {"a.wav": "ffconcat version 1.0\nfile b.flac\n"})
    (mine / "b.flac").symlink_to(secret)
    for name in ("a", "b", "c"):
        files(mine, {f"{name}.txt": "hi"})
    clip(mine / "c.flac")
    with nothing_is_opened_in(tmp_path / "outside"):
        found, _ = prepare_rows(mine, tmp_path / "out")
    assert "a.wav: not readable as audio" in found["a"].broken
    assert "'b.flac' is outside the folder" in found["b"].broken
    assert found["c"].broken == ""


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    clip(tmp_path / "mine/store/x.flac")
    (tmp_path / "mine/a.flac").symlink_to(tmp_path / "mine/store/x.flac")
    files(tmp_path / "mine", {"metadata.csv": "file_name,text\na.flac,hi\n"})
    assert prepare_rows(tmp_path / "mine", tmp_path / "out")[0]["a"].broken == ""
