"""Named, versioned text normalisers: what counts as the same word.

Raw text is stored; it is normalised when scored, so an old log can be scored anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version

from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

from streamwer.errors import ConfigError
from streamwer.text.folding import fold_any, fold_by_language
from streamwer.text.multilingual import Multilingual
from streamwer.text.open_asr import OpenAsr

ENGLISH = "open_asr"
"""What English is normalised by where nothing else is chosen."""
_VERSIONS = {
    "open_asr": 1,
    "basic": 2,
    "multilingual": 4,
    "by_language": 4,
    "whisper_english": 1,
    "none": 1,
}
"""Raised when we change what a normaliser gives: old scores are not comparable then."""


@dataclass(frozen=True)
class Normaliser:
    """A normaliser with the name that goes into a score's signature.

    Attributes:
        signature: name and version: the package's and, after a +, our own ("basic@0.1.15+2").
        apply: text in, normalised text out.
        languages: what is done instead to languages that have a normaliser of their own.
        joins: whether words that are alike but for the spaces in them are the same, as in "ice
            cream" and "icecream".
    """

    signature: str
    apply: Callable[[str], str]
    languages: Mapping[str, Normaliser] = field(default_factory=dict, hash=False)
    joins: bool = False

    def of(self, language: str) -> Normaliser:
        """The normaliser of one language ("en", "en-US", "en_us"); "" is one that is not known."""
        own = self.languages.get(re.split("[-_]", language.strip().lower())[0])
        return replace(own, signature=self.signature) if own else self

    def tokens(self, text: str) -> list[str]:
        """The normalised words of a text."""
        return self.apply(text).split()


def _sign(name: str) -> str:
    return f"{name}@{version('whisper-normalizer')}+{_VERSIONS[name]}"


def _exact(
    name: str, make: Callable[[], Callable[[str], str]], *, joins: bool = False
) -> Callable[[], Normaliser]:
    """Build one that gives what others publish: nothing is folded before it."""
    return lambda: Normaliser(_sign(name), make(), joins=joins)


def _folded(
    name: str, make: Callable[[], Callable[[str], str]], english_codes: Sequence[str] = ()
) -> Callable[[], Normaliser]:
    """Build one that folds case by language; languages of some codes are English's instead."""

    def build() -> Normaliser:
        signature, apply = _sign(name), make()
        own = {code: Normaliser(signature, fold) for code, fold in fold_by_language(apply).items()}
        english = dict.fromkeys(english_codes, normaliser(ENGLISH)) if english_codes else {}
        return Normaliser(signature, fold_any(apply), own | english)

    return build


_BUILDERS: dict[str, Callable[[], Normaliser]] = {
    ENGLISH: _exact(ENGLISH, OpenAsr, joins=True),
    "basic": _folded("basic", BasicTextNormalizer),
    "multilingual": _folded("multilingual", Multilingual),
    "by_language": _folded("by_language", Multilingual, ("en", "eng", "english")),
    "whisper_english": _exact("whisper_english", EnglishTextNormalizer),
    "none": lambda: Normaliser(f"none@{_VERSIONS['none']}", lambda text: text),
}

NAMES = tuple(_BUILDERS)


@cache
def normaliser(name: str) -> Normaliser:
    """The normaliser of that name: one of `NAMES`.

    Raises:
        ConfigError: there is no such normaliser.
    """
    if name not in _BUILDERS:
        raise ConfigError(f"scoring.normaliser={name!r} must be one of {', '.join(_BUILDERS)}")
    return _BUILDERS[name]()
