"""Phonemes of a sentence word by word, as espeak-ng writes them for American English."""

from __future__ import annotations

import functools
from typing import Any

from streamwer.errors import ConfigError

LANGUAGE = "en-us"
PAUSES = ",.;:?!"
_STRESS = "ˈˌ"
_RUN_TOGETHER = {
    "fɚɹə": "fɚɹ ə",
    "hˈæzbiːn": "hˈæz biːn",
    "həznɑːt": "həz nɑːt",
    "dɪdnˌɑːt": "dɪd nˌɑːt",
    "dʌznˌɑːt": "dʌz nˌɑːt",
    "ðˌæɾə": "ðˌæɾ ə",
    "ðɛɹˌɑːɹ": "ðɛɹ ˌɑːɹ",
    "ɪnðə": "ɪn ðə",
    "ɪnðɪ": "ɪn ðɪ",
    "ʃˌʊdəv": "ʃˌʊd əv",
    "ʌvðə": "ʌv ðə",
    "ɔnðə": "ɔn ðə",
    "ˈæɾɪt": "ˈæɾ ɪt",
}
"""Words that espeak-ng writes as one, and how they are told apart."""


def phonemize(sentence: str) -> str:
    """Write a sentence as phonemes, with one space between two words.

    Raises:
        ConfigError: espeak-ng runs words together that are not listed here.
    """
    written = _load_tokenizer().phonemize(sentence, LANGUAGE)
    words = " ".join(_separate(word) for word in written.split())
    if len(words.split()) != len(sentence.split()):
        raise ConfigError(
            f"{sentence!r} becomes {words!r}, which has another number of words; add to"
            " _RUN_TOGETHER what espeak-ng writes as one, or say it otherwise"
        )
    return words


def _separate(word: str) -> str:
    bare = word.rstrip(PAUSES)
    return _RUN_TOGETHER.get(bare, bare) + word[len(bare) :]


def is_sound(phoneme: str) -> bool:
    """Tell phonemes that are heard from stress marks, pauses and spaces."""
    return phoneme not in PAUSES + _STRESS + " "


@functools.cache
def _load_tokenizer() -> Any:
    from kokoro_onnx.tokenizer import Tokenizer

    return Tokenizer()
