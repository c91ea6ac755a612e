"""Languages are understood as people write them, and a wrong one gets a short answer."""

from __future__ import annotations

import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES

from streamwer.errors import ConfigError
from streamwer.text import languages
from streamwer.text.languages import check_language, check_model_language, normalise_language


def test_the_table_is_whisper_s() -> None:
    assert set(languages.LANGUAGES) == set(_LANGUAGE_CODES)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *(("de", "de"), ("DE", "de"), ("de-DE", "de"), ("de_AT", "de"), ("german", "de")),
        *((" German ", "de"), ("haitian creole", "ht"), ("haitian_creole", "ht")),
        *(("mandarin", "zh"), ("cmn_hans_cn", "zh"), ("zh-TW", "zh"), ("yue", "yue")),
        *(("pt-BR", "pt"), ("nb-NO", "no"), ("haw", "haw"), ("auto", "auto")),
        *(("klingon", "klingon"), ("xx", "xx"), ("", "")),
    ],
)
def test_a_language_is_known_by_name_and_code(typed: str, code: str) -> None:
    assert normalise_language(typed) == code


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("germn", r"de \(german\)"), ("fench", r"fr \(french\)"), ("xx", "such as de or german")],
)
def test_an_unknown_language_gets_the_nearest_and_no_list_of_all(typed: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=f"'{typed}' is no language .*{hint}") as error:
        check_language(typed)
    assert len(str(error.value)) < 160


def test_a_model_that_knows_english_only_names_its_multilingual_sister() -> None:
    with pytest.raises(ConfigError, match=r"tiny\.en knows only English; take model=tiny$"):
        check_model_language("german", "tiny.en", ["en"])
    check_model_language("en", "tiny.en", ["en"])
    check_model_language("auto", "tiny.en", ["en"])


def test_an_older_model_lacks_a_language_that_newer_ones_know() -> None:
    older = [code for code in languages.LANGUAGES if code != "yue"]
    with pytest.raises(ConfigError, match=r"base does not know Cantonese; take .*model=large_v3"):
        check_model_language("yue", "base", older)
    check_model_language("de", "base", older)
    check_model_language("auto", "base", older)
