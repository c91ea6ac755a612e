"""What counts as the same word is frozen: nothing changes it without a new version.

What `open_asr` gives is what the leaderboard's published code gave (d1e99b255248).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.config.compose import load_config
from streamwer.errors import ConfigError
from streamwer.text.normalise import NAMES, get_normaliser

FROZEN = json.loads(Path(__file__).with_name("normalised.json").read_text(encoding="utf-8"))
ROWS = [row for rows in FROZEN.values() for row in rows]


@pytest.mark.parametrize("name", ["open_asr", "basic", "whisper_english"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: ascii(row["text"]))
def test_what_a_normaliser_gives_is_frozen(row: dict[str, str], name: str) -> None:
    assert get_normaliser(name).apply(row["text"]) == row[name], (
        "old and new scores are not comparable any more: raise the normaliser's number in"
        " streamwer.text.normalise, freeze what it gives now, and say so in CHANGELOG.md with ⚠"
    )


def test_the_frozen_texts_tell_the_normalisers_apart() -> None:
    assert sum(row["basic"] != row["whisper_english"] for row in ROWS) > len(ROWS) / 2
    assert sum(row["basic"] != row["text"] for row in ROWS) > len(ROWS) / 2


@given(st.text())
def test_none_leaves_a_text_as_it_is(text: str) -> None:
    assert get_normaliser("none").apply(text) == text


@given(st.text(), st.sampled_from(NAMES))
def test_the_same_text_always_gives_the_same_words(text: str, name: str) -> None:
    assert get_normaliser(name).tokenise(text) == get_normaliser(name).tokenise(text)
    assert all(token and not token.isspace() for token in get_normaliser(name).tokenise(text))


def test_each_signature_has_the_name_and_both_versions() -> None:
    signatures = {name: get_normaliser(name).signature for name in NAMES}
    assert signatures["none"] == "none@1"
    for name in ("open_asr", "basic", "whisper_english"):
        found, _, versions = signatures[name].partition("@")
        package, _, ours = versions.partition("+")
        assert (found, ours) == (name, "2" if name == "basic" else "1")
        assert package.count(".") == 2


@pytest.mark.parametrize("name", NAMES)
def test_each_normaliser_has_a_config(name: str) -> None:
    assert load_config([f"scoring={name}"]).scoring.normaliser == name


@pytest.mark.parametrize(
    ("language", "tokens"),
    [
        ("en", "25 naive men"),
        ("en-US", "25 naive men"),
        ("EN_gb", "25 naive men"),
        ("de", "twenty five naïve men"),
        ("enm", "twenty five naïve men"),
        ("", "twenty five naïve men"),
    ],
)
def test_each_language_has_its_own_rule_under_one_signature(language: str, tokens: str) -> None:
    rule = get_normaliser("by_language").for_language(language)
    assert rule.tokenise("Twenty-five naïve men") == tokens.split()
    assert rule.signature == get_normaliser("by_language").signature
    basic = get_normaliser("basic")
    assert basic.for_language(language).tokenise("naïve men") == basic.tokenise("naïve men")


def test_an_unknown_normaliser_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(
        ConfigError,
        match="'folk' must be one of open_asr, basic, multilingual, by_language, whisper_english",
    ):
        get_normaliser("folk")


@pytest.mark.parametrize("name", NAMES)
def test_a_number_of_thousands_of_digits_is_a_word(name: str) -> None:
    digits = "7" * 6_000
    assert get_normaliser(name).tokenise(f"call {digits}") == ["call", digits]
