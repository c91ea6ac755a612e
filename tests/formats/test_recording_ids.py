"""Ids in every script are file names; what a Mac takes apart is put together again."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamwer.formats.recording_ids import fit_id, is_id, normalise_nfc, sanitise_name
from streamwer.formats.word_times import parse_word_times
from tests.datasets.prepared import files, prepare_rows, reasons
from tests.datasets.recordings import clip


def test_recordings_are_named_as_their_language_is_written(tmp_path: Path) -> None:
    names = ["हिन्दी", "คำที่", unicodedata.normalize("NFD", "café")]
    for name in names:
        clip(tmp_path / f"mine/{name}.flac", 0.1)
    mine = files(tmp_path / "mine", {f"{name}.txt": "hi" for name in names})
    found, became = prepare_rows(mine, tmp_path / "prepared")
    assert sorted(found) == sorted(["हिन्दी", "คำที่", "café"])
    assert not became.unusable


def test_files_are_found_however_the_letters_of_their_names_are_written(tmp_path: Path) -> None:
    apart, whole = (unicodedata.normalize(form, "é") for form in ("NFD", "NFC"))
    for name in (f"{apart}/{apart}", f"{whole}2"):
        clip(tmp_path / f"mine/{name}.flac", 0.5)
    rows = f"file_name,text\n{whole}/{whole}.flac,hi\n{apart}2.flac,hi\n"
    ctm = f"{whole} 1 0 0.1 hi\n{apart}2 1 0 0.1 hi\n"
    mine = files(tmp_path / "mine", {"metadata.csv": rows, "x.ctm": ctm})
    found, became = prepare_rows(mine, tmp_path / "prepared")
    assert {name: len(item.words) for name, item in found.items()} == {whole: 1, f"{whole}2": 1}
    assert [item.place for item in found.values()] == [f"{whole}/{whole}", ""]
    assert not became.unusable
    assert not became.broken


def test_an_id_that_is_another_written_otherwise_is_refused(tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        clip(tmp_path / f"mine/{unicodedata.normalize(form, 'É')}.flac", 0.1)
    rows = "".join(f"{unicodedata.normalize(form, 'É')}.flac,hi\n" for form in ("NFC", "NFD"))
    mine = files(tmp_path / "mine", {"metadata.csv": f"file_name,text\n{rows}"})
    found, became = prepare_rows(mine, tmp_path / "prepared")
    assert list(found) == ["É"]
    assert len(reasons(became)) == 1
    assert "ids must differ" in reasons(became)[0]


def test_words_are_those_of_a_transcript_that_is_written_otherwise() -> None:
    taken_apart = unicodedata.normalize("NFD", "café")
    (word,) = parse_word_times([{"text": taken_apart, "start": 0.0, "end": 1.0}], "Café!")
    assert word.text == taken_apart


@pytest.mark.parametrize(
    "name", ["", ".", "a/b", "a\0b", "a\nb", "_a", "\u093f", "a.", "a ", "a" * 121, "請" * 67]
)
def test_what_cannot_be_a_file_name_everywhere_is_no_id(name: str) -> None:
    assert not is_id(name)


def test_names_that_differ_in_a_vowel_sign_still_do_when_cleaned() -> None:
    assert sanitise_name("कि/a?*") == "कि_a_"
    assert sanitise_name("की") == "की"


@settings(max_examples=25)
@given(
    st.sampled_from(["a", "請", "e\u0300"]).flatmap(lambda x: st.integers(1, 200).map(x.__mul__)),
    st.sampled_from(["", "+12", "@" + "noise" * 20, "@" + "請" * 60, "@" + "x" * 130]),
)
def test_a_name_with_a_tail_is_an_id_of_its_own_however_long_they_are(name: str, tail: str) -> None:
    found = fit_id(normalise_nfc(name), tail)
    assert is_id(found)
    assert found != fit_id(normalise_nfc(f"{name}a"), tail)
    if len(tail) < 105 and len(tail.encode()) < 180:
        assert found.endswith(tail)
        assert found[0] == normalise_nfc(name)[0]


@given(st.text(max_size=10))
def test_a_cleaned_name_is_an_id_if_it_begins_and_ends_as_one(name: str) -> None:
    assert is_id(f"a{sanitise_name(name)}z")
