"""A folder in the audiofolder layout becomes a prepared data set, or one error says why not."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from streamwer import audio
from streamwer.datasets.preparation import prepare_dataset
from streamwer.datasets.row_summary import RowSummary
from streamwer.datasets.row_summary import read_row_summary as read_outcome
from streamwer.errors import ConfigError, DatasetError
from streamwer.formats.manifest import read_manifest
from streamwer.types import Reference, Word
from tests.datasets.recordings import ALL_COLUMNS, COLUMNS, clip, config, contents, metadata, noise

HELLO = [{"text": "Hello,", "start": 0.0, "end": 0.2}, {"text": "you", "start": 0.2, "end": 0.5}]


def two_calls(folder: Path) -> Path:
    """Two clips: one with all that can be said of it, one with the least."""
    clip(folder / "b.flac", 0.5)
    clip(folder / "far/a.flac", 0.25)
    full: dict[str, Any] = {"file_name": "b.flac", "id": "call-1", "text": "hello you"}
    full |= {"speaker": 7, "condition": "telephone", "words": HELLO}
    least = {"file_name": "far/a.flac", "text": "bye", "id": "call-0"}
    return metadata(folder, [full, least])


def test_a_folder_becomes_a_manifest_and_audio(tmp_path: Path) -> None:
    out = tmp_path / "prepared"
    told = prepare_dataset(config(two_calls(tmp_path / "mine"), ALL_COLUMNS), out)
    hello = (Word("Hello,", 0.0, 0.2), Word("you", 0.2, 0.5))
    assert told == (
        Reference("call-0", "audio/call-0.flac", 0.25, "bye"),
        Reference("call-1", "audio/call-1.flac", 0.5, "hello you", "7", "telephone", hello),
    )
    assert read_manifest(out) == told
    kept = audio.load_audio(out / "audio/call-1.flac")
    assert np.abs(kept - noise(0.5)).max() < 1e-4


def test_csv_metadata_says_the_same_with_words_as_json(tmp_path: Path) -> None:
    folder = two_calls(tmp_path / "mine")
    words = json.dumps(HELLO).replace('"', '""')
    (folder / "metadata.jsonl").unlink()
    (folder / "metadata.csv").write_bytes(
        "\ufefffile_name,id,text,speaker,condition,words\r\n"
        f'b.flac,call-1,"hello\nyou",7,telephone,"{words}"\r\n'
        "far/a.flac,call-0,bye\u2028bye,,,\r\n".encode()
    )
    bye, hello = prepare_dataset(config(folder, ALL_COLUMNS), tmp_path / "prepared")
    assert (bye.text, bye.speaker, bye.condition, bye.words) == ("bye\u2028bye", "", "clean", ())
    assert (hello.text, hello.speaker, hello.condition) == ("hello\nyou", "7", "telephone")
    assert [word.text for word in hello.words] == ["Hello,", "you"]


def test_without_an_id_column_the_file_stem_is_the_id(tmp_path: Path) -> None:
    clip(tmp_path / "mine/long walk.flac")
    folder = metadata(tmp_path / "mine", [{"file_name": "long walk.flac", "text": "hi"}])
    (only,) = prepare_dataset(config(folder), tmp_path / "prepared")
    assert only.recording == "long walk"


def test_any_rate_and_channel_count_becomes_16_khz_mono(tmp_path: Path) -> None:
    import wave

    folder = metadata(tmp_path / "mine", [{"file_name": "cd.wav", "text": "hi"}])
    with wave.open(str(folder / "cd.wav"), "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", ""))
        file.writeframes(np.zeros((44_100, 2), np.int16).tobytes())
    (only,) = prepare_dataset(config(folder), tmp_path / "prepared")
    assert only.seconds == pytest.approx(1.0, abs=0.01)
    assert audio.load_audio(tmp_path / "prepared/audio/cd.flac").shape == (only.seconds * 16_000,)


def test_limit_takes_the_first_rows(tmp_path: Path) -> None:
    folder = two_calls(tmp_path / "mine")
    told = prepare_dataset(config(folder, limit=1), tmp_path / "prepared")
    assert [item.recording for item in told] == ["call-1"]


def test_audio_that_no_row_lists_is_pointed_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = two_calls(tmp_path / "mine")
    clip(folder / "forgotten.flac")
    with caplog.at_level(logging.WARNING):
        prepare_dataset(config(folder), tmp_path / "prepared")
    assert "are left out: 1, such as forgotten.flac" in caplog.text


def test_a_column_that_is_not_there_is_all_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Without it no row names any file, and none of them was forgotten."""
    wrong = config(two_calls(tmp_path / "mine"), columns=replace(COLUMNS, audio="sound"))
    with pytest.raises(DatasetError, match="no column 'sound'"):
        prepare_dataset(wrong, tmp_path / "prepared")
    assert not caplog.records


Row = dict[str, Any] | str


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"file_name": "a.flac"}, "it has no transcript (column 'text')"),
        ({"file_name": "a.flac", "text": None}, "it has no transcript (column 'text')"),
        ({"file_name": "a.flac", "text": 1.5}, "column 'text' holds 1.5, not a text"),
        ({"file_name": "a.flac", "text": "\ud800"}, "holds broken characters"),
        ({"file_name": "a.flac", "text": "h\0i\0"}, "holds broken characters"),
        ({"file_name": "a.flac", "text": "hi", "id": "a/b"}, "'a/b' cannot be a file name"),
        ({"file_name": "a.flac", "text": "hi", "id": ".."}, "'..' cannot be a file name"),
        ({"file_name": "a.flac", "text": "hi", "id": ""}, "the id is empty"),
        ({"file_name": "a.flac", "text": "hi", "id": "GOOD"}, "'GOOD' is that of line 1"),
        ('{"file_name": "a.flac"', "not JSON"),
        ("[]", "not a JSON object"),
        ("[" * 100_000, "not JSON of a row (nested too deeply)"),
        ("\u0660", "not JSON"),
    ],
)
def test_a_row_without_a_reference_is_left_out_and_listed(
    row: Row, message: str, tmp_path: Path
) -> None:
    good, outcome = prepare_row(row, tmp_path)
    assert [item.recording for item in good] == ["good"]
    (unusable,) = outcome.unusable
    assert unusable.where == "line 2"
    assert message in unusable.reason
    assert (outcome.rows, outcome.broken) == (2, ())


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": "hi", "id": "x"}, "no audio file is named"),
        ({"file_name": "../a.flac", "text": "hi"}, "'../a.flac' is outside the folder"),
        ({"file_name": "/a.flac", "text": "hi"}, "'/a.flac' is outside the folder"),
        ({"file_name": "lost.flac", "text": "hi"}, "lost.flac: no such audio file"),
        ({"file_name": "text.wav", "text": "hi"}, "text.wav: not readable as audio"),
        ({"file_name": "empty.flac", "text": "hi"}, "empty.flac: the file is empty"),
        ({"file_name": "cut.flac", "text": "hi"}, "cut.flac: "),
    ],
)
def test_a_reference_without_audio_stays_and_counts_as_a_failure(
    row: Row, message: str, tmp_path: Path
) -> None:
    told, outcome = prepare_row(row, tmp_path)
    bad, good = sorted(told, key=lambda item: item.recording == "good")
    assert (bad.text, bad.seconds, good.broken) == ("hi", 0.0, "")
    assert message in bad.broken
    assert read_manifest(tmp_path / "prepared") == told
    assert not (tmp_path / "prepared" / bad.audio).exists()
    assert [(row.where, row.reason) for row in outcome.broken] == [("line 2", bad.broken)]
    assert outcome.unusable == ()


def prepare_row(row: Row, tmp_path: Path) -> tuple[tuple[Reference, ...], RowSummary]:
    """Prepare a good row and this one."""
    folder = metadata(
        tmp_path / "mine",
        [{"file_name": "good.flac", "text": "fine", "id": "good"}, with_id(row, "bad")],
    )
    for name in ("good", "a", "cut"):
        clip(folder / f"{name}.flac")
    (folder / "text.wav").write_text("this is no audio")
    (folder / "empty.flac").touch()
    cut = (folder / "cut.flac").read_bytes()
    (folder / "cut.flac").write_bytes(b"fLaC" + bytes(len(cut) // 2))
    told = prepare_dataset(config(folder), tmp_path / "prepared")
    became = read_outcome(tmp_path / "prepared")
    assert became is not None
    return told, became


def with_id(row: Row, recording: str) -> Row:
    return row if isinstance(row, str) else {"id": recording, **row}


def expect_refusal(tmp_path: Path, *messages: str, **keys: Any) -> str:
    """Prepare `mine`, which must fail with these messages and leave nothing behind."""
    before = contents(tmp_path)
    with pytest.raises((DatasetError, ConfigError)) as error:
        prepare_dataset(config(tmp_path / "mine", **keys), tmp_path / "prepared")
    for message in messages:
        assert message in str(error.value)
    assert contents(tmp_path) == before
    assert not list(tmp_path.glob(".*"))
    return str(error.value)


def test_a_source_without_any_usable_row_is_an_error_that_tells_and_counts(tmp_path: Path) -> None:
    rows: list[Row] = [{"file_name": f"{n}.flac", "text": "hi", "id": f"{n}"} for n in range(13)]
    metadata(tmp_path / "mine", rows)
    message = expect_refusal(tmp_path, "metadata.jsonl: none of its 13 rows can be used:")
    assert message.count("no such audio file") == 10
    assert message.endswith("\n  and 3 more rows")


def test_duplicate_ids_name_both_rows(tmp_path: Path) -> None:
    rows: list[Row] = [{"file_name": "x.flac", "text": "hi"} for _ in range(3)]
    clip(metadata(tmp_path / "mine", rows) / "x.flac")
    prepare_dataset(config(tmp_path / "mine"), tmp_path / "prepared")
    became = read_outcome(tmp_path / "prepared")
    assert became is not None
    assert [row.where for row in became.unusable] == ["line 2", "line 3"]
    for row in became.unusable:
        assert row.reason.startswith("the id 'x' is that of line 1; ids must differ: ")


def hi(text: str, start: float) -> dict[str, Any]:
    return {"text": text, "start": start, "end": 0.4}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([{"text": "hi", "start": 0.3, "end": 0.2}], "'hi' (0.3–0.2 s) ends before it starts"),
        ([{"text": "hi", "start": -1, "end": 0.2}], "starts below 0"),
        ([{"text": "hi", "start": 0.3, "end": 0.6}], "'hi' (0.3–0.6 s) ends after the audio does"),
        ([{"text": "ho", "start": 0.3, "end": 0.4}], "not the words of its transcript"),
        ([{"text": "hi", "start": None, "end": 0.4}], "word 1 ('hi') has the start None"),
        ([{"text": "hi", "start": 0, "end": float("nan")}], "has the end nan"),
        ([{"text": "hi", "start": 0, "end": 10**400}], "a number of 401 digits"),
        ([{"text": "hi\ud800", "start": 0, "end": 0.1}], "word 1 holds broken characters"),
        ([hi("h", 0.3), hi("i", 0.2)], "its words go back in time: 'h' (0.3–0.4 s) before 'i'"),
        ([{"start": 0.3, "end": 0.4}], "not {text, start, end}"),
        (["hi"], "not {text, start, end}"),
        ("hi", "its words are not JSON"),
        (7, "its words are not a list"),
    ],
)
def test_words_that_cannot_be_right_are_refused(words: Any, message: str, tmp_path: Path) -> None:
    row = {"file_name": "a.flac", "text": "Hi!", "words": words}
    clip(metadata(tmp_path / "mine", [row]) / "a.flac", 0.5)
    expect_refusal(tmp_path, "line 1: ", message, columns=replace(COLUMNS, words="words"))


@pytest.mark.parametrize("nothing", [None, "", " ", [], "[]"])
def test_words_may_be_unknown(nothing: Any, tmp_path: Path) -> None:
    row = {"file_name": "a.flac", "text": "Hi!", "words": nothing}
    clip(metadata(tmp_path / "mine", [row]) / "a.flac")
    columns = replace(COLUMNS, words="words")
    (only,) = prepare_dataset(config(tmp_path / "mine", columns), tmp_path / "prepared")
    assert only.words == ()


def a_clip_alone(folder: Path) -> None:
    clip(folder / "a.flac")


def no_rows(folder: Path) -> None:
    metadata(folder, [])


def archive(folder: Path) -> None:
    folder.mkdir()
    (folder / "calls.ZIP").write_bytes(b"PK")


def parts(folder: Path) -> None:
    for name in ("train", "test", "nothing"):
        (folder / name).mkdir(parents=True)
    (folder / "train/metadata.csv").touch()
    (folder / "test/list.tsv").touch()


def utf_16(folder: Path) -> None:
    folder.mkdir()
    (folder / "list.jsonl").write_text('{"wav": "a.wav", "txt": "hi"}', encoding="utf-16")


def both_kinds(folder: Path) -> None:
    metadata(folder, [])
    (folder / "metadata.csv").touch()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda _: None, "mine: no such folder (dataset.path)"),
        (Path.mkdir, "mine: the folder is empty"),
        (a_clip_alone, "no recordings with transcripts here; needed is:"),
        (a_clip_alone, "audiofolder: audio files and metadata.jsonl, .csv or .parquet"),
        (utf_16, "with transcripts here (list.jsonl: not UTF-8 text; save it as such); needed"),
        (archive, "no recordings with transcripts here (calls.ZIP: an archive; unpack it); needed"),
        (parts, "no recordings with transcripts here, but in test, train: name one of them in"),
        (no_rows, "metadata.jsonl: it has no rows; write {"),
        (both_kinds, "metadata.csv, metadata.jsonl are there; keep one"),
    ],
)
def test_a_folder_that_cannot_be_used_says_what_to_do(
    spoil: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    spoil(tmp_path / "mine")
    expect_refusal(tmp_path, message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it has no rows"),
        (b"file_name,text\n", "it has no rows"),
        (b"\xff{}", "metadata.csv: not UTF-8 text (byte 0)"),
        (b'file_name,text\n"a', "metadata.csv, row 1: not readable as CSV"),
        (b'file_name,text\nb,hi\n"a', "row 2: not readable as CSV (unexpected end of data)"),
        (b'file_name,text\nb,hi\n"a\nc,ho', "metadata.csv, row 2: not readable as CSV"),
        (b'"file_name"x,text\nb,hi\n', "metadata.csv: its header is not CSV"),
        (b"file_name,text\na,hi,there\n", "metadata.csv, row 1: it has more cells"),
        (b"file_name,text,text\na,b,c\n", "metadata.csv: more columns than one are called 'text'"),
        (b"file,text\na,b\n", "metadata.csv: no column 'file_name' (dataset.columns.audio)"),
        (b"file,said\na,b\n", "and no 'text' (dataset.columns.text); it has: file, said"),
        (b"file_name,text\na.wav\n", "metadata.csv, row 1: it has no transcript"),
    ],
)
def test_csv_metadata_that_cannot_be_used_is_named(
    content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/metadata.csv").write_bytes(content)
    expect_refusal(tmp_path, message)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"limit": 0}, "dataset.limit=0 must be at least 1"),
        ({"split": "test"}, "dataset.split: has no meaning for a folder"),
        ({"columns": replace(COLUMNS, text="")}, "dataset.columns.text: must name a column"),
        ({"columns": replace(COLUMNS, speaker="who")}, "no column 'who' (dataset.columns.speaker)"),
        ({"columns": replace(COLUMNS, id="uid")}, "no column 'uid' (dataset.columns.id)"),
    ],
)
def test_a_config_that_makes_no_sense_is_named_by_its_key(
    keys: dict[str, Any], message: str, tmp_path: Path
) -> None:
    two_calls(tmp_path / "mine")
    expect_refusal(tmp_path, message, **keys)


def test_an_unknown_source_names_the_known_ones(tmp_path: Path) -> None:
    unknown = replace(config(tmp_path), source="tape")
    with pytest.raises(ConfigError, match="source='tape' must be one of folder, hub"):
        prepare_dataset(unknown, tmp_path / "prepared")
