"""Columns of the usual names are taken without being named: who speaks decides every interval."""

from __future__ import annotations

import json
from pathlib import Path

from streamwer.config.dataset import ColumnsConfig, DatasetConfig
from streamwer.datasets.preparation import prepare_dataset
from streamwer.datasets.rows import resolve_columns
from tests.datasets.prepared import files, prepare_rows, stereo

ROW = {
    "file_name": "a.wav",
    "text": "one two",
    "speaker_id": "anna",
    "lang": "en",
    "condition": "telephone",
    "words": [
        {"text": "one", "start": 0.1, "end": 0.3},
        {"text": "two", "start": 0.4, "end": 0.9},
    ],
}


def test_speaker_language_condition_and_word_times_are_taken(tmp_path: Path) -> None:
    folder = files(tmp_path / "mine", {"metadata.jsonl": json.dumps(ROW)})
    stereo(folder / "a.wav", 0.0)
    found = prepare_rows(folder, tmp_path / "out")[0]["a"]
    assert (found.speaker, found.language, found.condition) == ("anna", "en", "telephone")
    assert [word.end for word in found.words] == [0.3, 0.9]


def test_a_table_may_call_its_columns_as_other_tools_do(tmp_path: Path) -> None:
    folder = files(tmp_path / "mine", {"test.tsv": "path\tsentence\na.wav\tone two\n"})
    stereo(folder / "a.wav", 0.0)
    config = DatasetConfig("mine", "folder", str(folder), columns=ColumnsConfig(audio="auto"))
    assert prepare_dataset(config, tmp_path / "out")[0].text == "one two"


def test_an_empty_name_takes_none_even_where_there_is_one(tmp_path: Path) -> None:
    folder = files(tmp_path / "mine", {"metadata.jsonl": json.dumps(ROW)})
    stereo(folder / "a.wav", 0.0)
    none = {"speaker": "", "words": ""}
    found = prepare_rows(folder, tmp_path / "out", columns=none)[0]["a"]
    assert (found.speaker, found.words, found.language) == ("", (), "en")


def test_the_first_of_the_usual_names_is_taken_and_a_name_of_ones_own_stays() -> None:
    columns = ColumnsConfig(words="aligned")
    found = resolve_columns(columns, ["client_id", "speaker_id", "locale"])
    assert (found.speaker, found.language) == ("speaker_id", "locale")
    assert (found.words, found.condition, found.session) == ("aligned", "", "")
    assert found.text == "text"  # there is none, and the error names the first
