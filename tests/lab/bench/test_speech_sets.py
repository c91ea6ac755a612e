"""What is played: pauses by the data set's own words or segments, English only, folders by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.bench import speech_sets, systems
from streamwer.audio import write_flac
from streamwer.errors import DatasetError, ModelError
from streamwer.types import Reference, Word
from tests.scripted import silence


def reference(words: tuple[Word, ...] = (), seconds: float = 20.0) -> Reference:
    return Reference("a", "", seconds, "hello bye", words=words)


def test_a_pause_is_what_lies_between_words_and_at_both_ends() -> None:
    words = (Word("hello", 4.0, 5.0), Word("there", 7.9, 8.0), Word("bye", 12.0, 13.0))
    found = speech_sets.find_pauses([reference(words)], {})
    assert found == {"a": [(0.0, 4.0), (8.0, 12.0), (13.0, 20.0)]}


def test_segments_come_before_words_and_may_overlap() -> None:
    segments = {"a": [(1.0, 9.0), (2.0, 3.0), (13.0, 18.0)]}
    assert speech_sets.find_pauses([reference()], segments) == {"a": [(9.0, 13.0)]}


def test_where_neither_is_known_no_pause_is() -> None:
    assert speech_sets.find_pauses([reference()], {}) == {}


def folder(path: Path, *rows: dict[str, object]) -> Path:
    path.mkdir()
    lines = [
        json.dumps({"file_name": f"{i}.flac", "text": "hello", **row}) for i, row in enumerate(rows)
    ]
    for i in range(len(rows)):
        write_flac(path / f"{i}.flac", silence(6.0))
    (path / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_folder_is_read_with_the_columns_that_it_has(tmp_path: Path) -> None:
    mine = folder(
        tmp_path / "mine",
        {"speaker": "anna", "segments": [[1.0, 2.0, "hello"]]},
        {"speaker": "berta", "language": "de"},
        {"speaker": "carla", "language": "en-GB"},
    )
    found = speech_sets.read(speech_sets.configure(mine), None)
    assert (found.name, found.left_out) == ("mine", 1)
    assert [call.reference.speaker for call in found.calls] == ["anna", "carla"]
    assert found.pauses == {"0": [(2.0, 6.0)]}
    assert found.word_times == "none"


def test_segments_that_are_none_are_named_with_their_line(tmp_path: Path) -> None:
    wrong = folder(tmp_path / "wrong", {"segments": [[1.0, 2.0]]}, {"segments": [["begin"]]})
    with pytest.raises(DatasetError, match="line 2: segments must be a list"):
        speech_sets.read(speech_sets.configure(wrong), None)


def test_a_folder_without_english_is_refused(tmp_path: Path) -> None:
    german = folder(tmp_path / "german", {"language": "de"})
    with pytest.raises(DatasetError, match="no recording in it is English"):
        speech_sets.read(speech_sets.configure(german), None)


def test_a_model_is_named_or_a_folder_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    chosen = systems.choose(str(tmp_path / "base"))
    assert (chosen.name, chosen.config.path) == ("base", str(tmp_path / "base"))
    assert chosen.config.sha256 is None
    assert systems.choose("tiny.en").name == "tiny_en"


def test_a_model_that_is_not_here_is_named_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(
        systems.sources,
        "find_local_model",
        lambda model: model if model.name == "tiny_en" else None,
    )
    found, missing = systems.choose_found(["tiny_en", "base"])
    assert ([model.name for model in found], missing) == (["tiny_en"], ["base"])
    with pytest.raises(ModelError, match="no weights of base"):
        systems.choose_found(["base"])
