"""Checks that models and normaliser fit the language that is spoken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from streamwer.config.model import ModelConfig
from streamwer.config.model_catalogue import knows_only_english
from streamwer.errors import ConfigError
from streamwer.text.languages import (
    AUTO,
    ENGLISH,
    build_english_only_error,
    check_language,
    normalise_language,
)
from streamwer.text.words import UNSPACED_LANGUAGES

_CODE = re.compile(r"([a-z]{2,3})(?:[-_].*)?")


def parse_code(language: str) -> str:
    """Return a language's code without its region, "de" of "de-AT"; "" if it is not a code."""
    match = _CODE.fullmatch(language.strip().lower())
    return match[1] if match else ""


def check_models(models: Iterable[ModelConfig]) -> None:
    """Refuse a Whisper model that is set to a language that it does not know.

    Raises:
        ConfigError: no Whisper model knows the language, or this one knows English only.
    """
    for model in models:
        if not model.path:  # the engine brings its own
            continue
        check_language(model.language)
        if knows_only_english(model) and model.language != ENGLISH:
            raise build_english_only_error(model.language, model.name)


def refuse_undetected(key: str, model: ModelConfig) -> None:
    """Refuse a model that is to detect the language where it is told the words.

    Args:
        key: where its language is set.
        model: which it is.

    Raises:
        ConfigError: its language is `auto`.
    """
    if model.language == AUTO:
        raise ConfigError(f"{key}={AUTO}: give the language of the transcripts, such as de")


def check_languages(language: str, models: Mapping[str, ModelConfig], normaliser: str) -> None:
    """Refuse a model or a normaliser that is for another language than that of the data.

    Args:
        language: of the data set. One that is not written as a code (de, en-US) may be anything,
            and is not compared; empty if it is not known.
        models: by what they are for: a system, the aligner.
        normaliser: of the scoring.

    Raises:
        ConfigError: one of them does not fit.
    """
    spoken = f"dataset.language={language}"
    language = parse_code(language)
    if not language:
        return
    code = normalise_language(language)
    for user, model in models.items():
        if knows_only_english(model) and language != ENGLISH:
            raise ConfigError(
                f"{spoken}: the model {model.name} ({user}) knows English only;"
                f" choose another, such as model=large_v3 model.language={code}"
            )
        if model.language not in ("", AUTO, language, code):
            raise ConfigError(
                f"{spoken}: model.language={model.language} ({user});"
                f" set model.language={code}, or dataset.language to what is spoken"
            )
    if normaliser in ("open_asr", "whisper_english") and language != "en":
        raise ConfigError(
            f"{spoken}: scoring.normaliser={normaliser} is for English; use scoring=multilingual"
        )
    if normaliser == "basic" and language in UNSPACED_LANGUAGES:
        raise ConfigError(
            f"{spoken}: scoring.normaliser={normaliser} takes what stands between spaces for a"
            " word, and there are none; use scoring=multilingual"
        )
