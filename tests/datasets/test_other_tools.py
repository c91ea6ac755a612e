"""Data sets as other programs leave them: Parquet with audio, LJSpeech, spaces, silence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from streamwer import audio
from streamwer.errors import DatasetError
from tests.datasets.prepared import files, prepare_rows, reasons
from tests.datasets.recordings import TEXTGRID, clip, noise
from tests.datasets.shapes import shard, sound


def test_a_parquet_file_with_embedded_audio_is_read(mine: Path, out: Path, tmp_path: Path) -> None:
    """As `Dataset.to_parquet` writes it; in any order of its rows the audio is that of the row."""
    rows = [
        {"audio": sound(tmp_path, f"{name}.wav", seed=seed), "text": name}
        for seed, name in enumerate("cab")
    ]
    mine.mkdir()
    shard(mine / "train.parquet", "audio:audio text:str", rows, group=2)
    found, became = prepare_rows(mine, out)
    assert {name: each.text for name, each in found.items()} == {name: name for name in "abc"}
    assert became.form == "Parquet with embedded audio (train.parquet)"
    for seed, name in enumerate("cab"):
        whole = audio.load_audio(out / f"audio/{name}.flac")
        assert np.abs(whole - noise(0.25, seed)).max() < 1e-4


def test_parts_of_one_table_are_one_data_set(mine: Path, out: Path, tmp_path: Path) -> None:
    for number in range(2):
        row = {"id": f"r{number}", "clip": sound(tmp_path, None), "text": "hi"}
        (mine / "data").mkdir(parents=True, exist_ok=True)
        shard(mine / f"data/test-{number}.parquet", "id:str clip:audio text:str", [row])
    found, _ = prepare_rows(mine, out)
    assert sorted(found) == ["r0", "r1"]


def test_of_two_columns_with_audio_one_must_be_named(mine: Path, out: Path, tmp_path: Path) -> None:
    mine.mkdir()
    row = {"left": sound(tmp_path, "l.wav"), "right": sound(tmp_path, "r.wav"), "text": "hi"}
    shard(mine / "x.parquet", "left:audio right:audio text:str", [row])
    with pytest.raises(DatasetError, match=r"left and right hold audio.*dataset\.columns\.audio"):
        prepare_rows(mine, out)


def test_a_clip_without_bytes_is_a_failure_of_its_row(
    mine: Path, out: Path, tmp_path: Path
) -> None:
    mine.mkdir()
    rows = [
        {"audio": sound(tmp_path, "a.wav"), "text": "a"},
        {"audio": {"bytes": None, "path": "b.wav"}, "text": "b"},
    ]
    shard(mine / "x.parquet", "audio:audio text:str", rows)
    found, _ = prepare_rows(mine, out)
    assert found["a"].broken == ""
    assert found["b"].broken.startswith("it holds no audio")


def test_a_table_of_other_things_is_no_data_set(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    files(mine, {"a.txt": "hi"})
    parquet.write_table(pa.table({"id": ["a"], "n": [1]}), mine / "notes.parquet")
    found, became = prepare_rows(mine, out)
    assert found["a"].text == "hi"
    assert became.form == "pairs of audio and text files"


def test_the_list_of_ljspeech_has_no_header(mine: Path, out: Path) -> None:
    for name in ("LJ001-0001", "LJ001-0002"):
        clip(mine / f"wavs/{name}.wav")
    rows = 'LJ001-0001|Dr. X, in 1999|Doctor X, in nineteen\nLJ001-0002|he said "no"|\n'
    found, became = prepare_rows(files(mine, {"metadata.csv": rows}), out)
    assert {name: each.text for name, each in found.items()} == {
        "LJ001-0001": "Doctor X, in nineteen",
        "LJ001-0002": 'he said "no"',
    }
    assert became.form == "LJSpeech list (metadata.csv)"


def test_a_table_with_bars_and_a_header_is_a_table(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    found, _ = prepare_rows(files(mine, {"metadata.csv": "file_name|text\na.flac|hi, you\n"}), out)
    assert found["a"].text == "hi, you"


def test_spaces_in_a_header_and_before_cells_do_not_count(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    rows = 'file_name , text\na.flac, "hi, you"\n'
    found, _ = prepare_rows(files(mine, {"metadata.csv": rows}), out)
    assert found["a"].text == "hi, you"


@pytest.mark.parametrize(
    "listed",
    [
        {"a.txt": "", "b.txt": "hi"},
        {"metadata.csv": "file_name,text\na.flac,\nb.flac,hi\n"},
        {
            "metadata.jsonl": '{"file_name": "a.flac", "text": ""}\n'
            '{"file_name": "b.flac", "text": "hi"}\n'
        },
        {"text": "a\nb hi\n", "wav.scp": "a a.flac\nb b.flac\n"},
    ],
    ids=["pairs", "csv", "jsonl", "kaldi"],
)
def test_an_empty_transcript_is_a_recording_in_which_nobody_speaks(
    listed: dict[str, str], mine: Path, out: Path
) -> None:
    for name in "ab":
        clip(mine / f"{name}.flac")
    found, became = prepare_rows(files(mine, listed), out)
    assert {name: each.text for name, each in found.items()} == {"a": "", "b": "hi"}
    assert not reasons(became)


@pytest.mark.parametrize(
    "name", ["Words", "WORD", "Ann - words", "sentence/word", "ORT-MAU", "ORT"]
)
def test_the_tier_of_words_has_its_usual_names(name: str, mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    found, _ = prepare_rows(
        files(mine, {"a.TextGrid": TEXTGRID.replace('"words"', f'"{name}"')}), out
    )
    assert [word.text for word in found["a"].words] == ["Well", "hi"]


def test_a_tier_of_another_name_is_named_in_the_config(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    clip(mine / "b.flac")
    files(mine, {"a.TextGrid": TEXTGRID.replace('"words"', '"Mary"'), "b.TextGrid": TEXTGRID})
    _, became = prepare_rows(mine, out)
    (reason,) = [each for each in reasons(became) if each.startswith("a.TextGrid")]
    assert "it has: Mary; name the tier of words in dataset.columns.words" in reason
    found, _ = prepare_rows(mine, out, columns={"words": "Mary"})
    assert [word.text for word in found["a"].words] == ["Well", "hi"]


def test_optional_words_of_an_stm_stay_so_until_they_are_scored(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    files(mine, {"a.stm": "a 1 ann 0.0 0.2 (uh) well\na 1 ann 0.2 0.5 { i'm / i am } here\n"})
    found, _ = prepare_rows(mine, out)
    assert found["a"].text == "well i'm here"
    assert found["a"].readings == "(uh) well { i'm / i am } here"


def test_word_times_tell_which_reading_of_an_stm_it_was(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    ctm = "a 1 0.0 0.1 uh\na 1 0.1 0.1 well\na 1 0.2 0.1 i\na 1 0.3 0.1 am NA lex NA\n"
    files(mine, {"a.stm": "a 1 ann 0.0 0.5 (uh) well { i'm / i am } (here)\n", "a.ctm": ctm})
    found, _ = prepare_rows(mine, out)
    assert (found["a"].text, found["a"].readings) == ("uh well i am", "")
    assert [word.text for word in found["a"].words] == ["uh", "well", "i", "am"]
