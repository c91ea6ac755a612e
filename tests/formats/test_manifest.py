"""A prepared data set is read back as it was written, or the error names the line."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamwer.errors import DatasetError
from streamwer.formats.manifest import read_manifest, write_manifest
from streamwer.types import Reference, Word

texts = st.text(max_size=30)
seconds = st.floats(0, 1e5)
words = st.builds(Word, texts, seconds, seconds)
references = st.builds(
    lambda recording, *rest: Reference(recording, f"audio/{recording}.flac", *rest),
    st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True),
    seconds,
    texts,
    texts,
    texts,
    st.lists(words, max_size=4).map(tuple),
    st.just(""),
    st.just(""),
    texts,
    texts,
    st.lists(st.tuples(seconds, seconds), max_size=2).map(tuple),
)
data_sets = st.lists(references, min_size=1, max_size=6, unique_by=lambda item: item.recording)


def prepared(folder: Path, items: list[Reference]) -> Path:
    (folder / "audio").mkdir(parents=True)
    for item in items:
        (folder / item.audio).touch()
    write_manifest(folder, items)
    return folder


@settings(max_examples=40, deadline=None)
@given(data_sets, st.randoms(use_true_random=False))
def test_what_is_written_is_read_back_and_the_order_changes_nothing(
    items: list[Reference], random: Random
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one = prepared(Path(folder) / "one", items)
        other = prepared(Path(folder) / "other", random.sample(items, len(items)))
        assert list(read_manifest(one)) == sorted(items, key=lambda item: item.recording)
        assert (one / "manifest.jsonl").read_bytes() == (other / "manifest.jsonl").read_bytes()


def test_a_line_is_plain_json_that_other_programs_can_read(tmp_path: Path) -> None:
    item = Reference("a", "audio/a.flac", 1.5, "Grüß Gott", "anna", "clean", (Word("Grüß", 0, 1),))
    folder = prepared(tmp_path / "set", [item])
    assert (folder / "manifest.jsonl").read_text("utf-8") == (
        '{"recording": "a", "audio": "audio/a.flac", "seconds": 1.5, "text": "Grüß Gott", '
        '"speaker": "anna", "condition": "clean", '
        '"words": [{"text": "Grüß", "start": 0, "end": 1}]}\n'
    )


def test_two_recordings_with_one_id_are_not_written(tmp_path: Path) -> None:
    item = Reference("a", "audio/a.flac", 1.0, "hello")
    with pytest.raises(DatasetError, match="two recordings have the id 'a'"):
        write_manifest(tmp_path, [item, item])
    assert not list(tmp_path.iterdir())


def test_a_folder_that_was_never_prepared_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no prepared data set here .*prepare the data set"):
        read_manifest(tmp_path / "nowhere")


GOOD = {"recording": "a", "audio": "audio/a.flac", "seconds": 1, "text": "hi"}
GOOD |= {"speaker": "", "condition": "clean"}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "the manifest is empty"),
        (["{"], "line 1: not a recording"),
        (["7"], "line 1: not a recording"),
        (["\xff"], "line 1: not a recording"),
        ([{**GOOD, "text": 7}], "line 1: not a recording .7 is not a text"),
        ([{**GOOD, "seconds": "1"}], "line 1: not a recording .'1' is not a number"),
        ([{**GOOD, "words": [{"text": "hi"}]}], "line 1: the field 'start' is missing"),
        ([{**GOOD, "words": 3}], "line 1: not a recording"),
        ([{name: GOOD[name] for name in GOOD if name != "text"}], "line 1: the field 'text'"),
        ([GOOD, GOOD], "line 2: id 'a' occurs again"),
        ([GOOD, {**GOOD, "recording": "b", "audio": "audio/b.flac"}], "line 2: audio/b.flac is mi"),
    ],
)
def test_a_broken_manifest_is_named_with_its_line(
    lines: list[Any], message: str, tmp_path: Path
) -> None:
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio/a.flac").touch()
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    (tmp_path / "manifest.jsonl").write_text(text, encoding="latin-1")
    with pytest.raises(DatasetError, match=message) as error:
        read_manifest(tmp_path)
    assert str(tmp_path / "manifest.jsonl") in str(error.value)
