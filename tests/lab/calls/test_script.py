"""The script of the bundled calls holds what was promised, and every speaker has a voice."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from lab.calls.script import CLEAN, Call, read_script
from lab.calls.speakers import read_speakers
from streamwer.errors import ConfigError

ROOT = Path(__file__).parents[3]
CALLS = read_script()

each_call = pytest.mark.parametrize("call", CALLS, ids=[call.id for call in CALLS])


def test_there_are_enough_calls_speakers_and_holds() -> None:
    assert len(CALLS) >= 24
    assert len({call.speaker for call in CALLS}) >= 12
    assert sum(call.hold_s >= 20 for call in CALLS) >= 4
    conditions = Counter(call.group for call in CALLS)
    assert set(conditions) == {"clean", "telephone", "noise"}
    assert conditions["clean"] > len(CALLS) / 2


def test_every_speaker_has_a_voice_and_every_voice_speaks() -> None:
    assert {call.speaker for call in CALLS} == set(read_speakers())


def test_no_sentence_comes_twice() -> None:
    said = Counter(sentence for call in CALLS for sentence in call.sentences if len(sentence) > 20)
    assert set(said.values()) == {1}


@each_call
def test_a_condition_is_one_of_the_config_tree(call: Call) -> None:
    assert call.condition == CLEAN or (ROOT / f"conf/condition/{call.condition}.yaml").is_file()


@each_call
def test_numbers_are_in_words_and_sentences_end(call: Call) -> None:
    for sentence in call.sentences:
        assert re.fullmatch(r"[A-Z][A-Za-z',\- ]*[.?]", sentence), sentence


@each_call
def test_a_hold_lies_between_sentences(call: Call) -> None:
    assert isinstance(call.parts[0], str)
    assert isinstance(call.parts[-1], str)
    assert call.hold_s == 0 or 20 <= call.hold_s <= 40


def test_an_id_that_comes_twice_is_named(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text("- {id: a, speaker: s, condition: clean, said: [Yes.]}\n" * 2)
    with pytest.raises(ConfigError, match="the id a occurs twice"):
        read_script(path)


def test_a_missing_field_is_named_with_its_call(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text("- {id: a, speaker: s, said: [Yes.]}\n")
    with pytest.raises(ConfigError, match="call 1 needs the fields condition"):
        read_script(path)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{blend: {a: 0.5}}", "weights of its blend must sum to 1"),
        ("{speed: 1.0}", "either a blend or a piper voice"),
        ("{blend: {a: 1.0}, tempo: 2}", "tempo"),
    ],
)
def test_a_speaker_that_cannot_be_is_refused(row: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "speakers.yaml"
    path.write_text(f"alma: {row}\n")
    with pytest.raises(ConfigError, match=f"alma: .*{told}"):
        read_speakers(path)
