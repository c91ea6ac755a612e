"""What is spoken comes from a column, a manifest's field, a Kaldi file, or the data set's key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streamwer.formats.manifest import read_manifest
from tests.datasets.prepared import files, prepare_rows
from tests.datasets.recordings import clip


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    for name in "abc":
        clip(tmp_path / f"mine/{name}.flac", 0.5)
    return tmp_path / "mine"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "prepared"


ROWS = [("a", "hallo", "de"), ("b", "今日は", "ja"), ("c", "ja", "de")]


def lines(audio: str, text: str, language: str) -> str:
    named = [{audio: f"{name}.flac", text: said, language: code} for name, said, code in ROWS]
    return "".join(f"{json.dumps(each)}\n" for each in named)


def test_a_column_says_it(mine: Path, out: Path) -> None:
    table = "file_name,text,spoken\n" + "".join(f"{n}.flac,{s},{c}\n" for n, s, c in ROWS)
    prepare_rows(files(mine, {"metadata.csv": table}), out, columns={"language": "spoken"})
    assert [each.language for each in read_manifest(out)] == ["de", "ja", "de"]


def test_a_nemo_manifest_says_it(mine: Path, out: Path) -> None:
    found, _ = prepare_rows(files(mine, {"m.json": lines("audio_filepath", "text", "lang")}), out)
    assert [each.language for each in found.values()] == ["de", "ja", "de"]


def test_utt2lang_says_it(mine: Path, out: Path) -> None:
    names = {
        "wav.scp": "".join(f"{name} {name}.flac\n" for name, *_ in ROWS),
        "text": "".join(f"{name} {said}\n" for name, said, _ in ROWS),
        "utt2lang": "a de\nb ja\n",
    }
    found, became = prepare_rows(files(mine, names), out, language="en")
    assert [each.language for each in found.values()] == ["de", "ja", "en"]
    assert became.form == "Kaldi data folder (wav.scp, utt2lang, text)"


def test_the_data_set_says_it_of_those_that_do_not(mine: Path, out: Path) -> None:
    found, _ = prepare_rows(files(mine, {"a.txt": "one", "b.txt": "two"}), out, language="en-US")
    assert {each.language for each in found.values()} == {"en-US"}


def test_a_call_is_in_one_language(mine: Path, out: Path) -> None:
    rows = "".join(
        f"{json.dumps({'wav': f'{name}.flac', 'txt': said, 'lang': code, 'speaker': 'ann'})}\n"
        for name, said, code in [*ROWS, ("d", "です", "ja")]
    )
    files(mine, {"m.jsonl": rows})
    clip(mine / "d.flac", 0.5)
    found, _ = prepare_rows(mine, out, concatenate={"by": "speaker"})
    assert {name: (each.text, each.language) for name, each in found.items()} == {
        "a+1": ("hallo ja", "de"),
        "b+1": ("今日はです", "ja"),
    }
