"""A model or a normaliser for another language than that of the data is refused."""

from __future__ import annotations

import pytest

from streamwer.config import compose
from streamwer.config.languages import check_languages
from streamwer.config.model import ModelConfig
from streamwer.errors import ConfigError

LARGE = ModelConfig(name="large_v3", path="Systran/faster-whisper-large-v3", language="de")
TINY = ModelConfig(name="tiny_en", path="Systran/faster-whisper-tiny.en", language="en")


@pytest.mark.parametrize(
    ("language", "model", "normaliser", "remedy"),
    [
        ("de", TINY, "multilingual", "knows English only; choose another, such as model=large_v3"),
        ("fr", LARGE, "multilingual", "model.language=de \\(system a\\); set model.language=fr"),
        ("de", LARGE, "whisper_english", "is for English; use scoring=multilingual"),
    ],
)
def test_what_is_for_another_language_is_refused(
    language: str, model: ModelConfig, normaliser: str, remedy: str
) -> None:
    with pytest.raises(ConfigError, match=rf"^dataset.language={language}: .*{remedy}"):
        check_languages(language, {"system a": model}, normaliser)


def test_the_rules_for_english_are_for_english() -> None:
    for rules in ("open_asr", "whisper_english"):
        check_languages("en-GB", {}, rules)
        with pytest.raises(ConfigError, match="is for English; use scoring=multilingual"):
            check_languages("de", {}, rules)


@pytest.mark.parametrize("language", ["zh", "cmn_hans_cn", "km", "th-TH"])
def test_words_cannot_be_counted_by_spaces_where_there_are_none(language: str) -> None:
    with pytest.raises(ConfigError, match="scoring=multilingual"):
        check_languages(language, {}, "basic")
    check_languages(language, {}, "multilingual")


def test_an_aligner_that_is_told_the_words_is_told_their_language() -> None:
    detecting = ["alignment=forced", "model@alignment.model=tiny", "alignment.model.language=auto"]
    with pytest.raises(ConfigError, match=r"^alignment\.model\.language=auto: give the language"):
        compose.load_config(detecting)


def test_what_fits_or_is_not_known_is_left_alone() -> None:
    check_languages("de", {"system a": LARGE}, "basic")
    check_languages("en", {"system a": TINY}, "whisper_english")
    check_languages("de-CH", {"system a": LARGE}, "by_language")
    for unknown in ("", "Swahili"):
        check_languages(unknown, {"system a": LARGE, "system b": TINY}, "whisper_english")


def test_the_command_line_is_checked_too() -> None:
    german = ["dataset=fleurs", "dataset.language=de", "scoring=multilingual"]
    with pytest.raises(ConfigError, match=r"dataset.language=de: model.language=en"):
        compose.load_config([*german, "model=base"])
    chosen = compose.load_config([*german, "model=large_v3", "model.language=de"])
    assert chosen.dataset.files == "parquet-data/de_*/test-*.parquet"
    with pytest.raises(ConfigError, match=r"small_en \(alignment\) knows English only"):
        compose.load_config([*german, "model=large_v3", "model.language=de", "alignment=forced"])
