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
from streamwer.metrics.multilingual import Multilingual
from streamwer.metrics.open_asr import OpenAsr

ENGLISH = "open_asr"
"""What English is normalised by where nothing else is chosen."""
_VERSIONS = {
    "open_asr": 1,
    "basic": 1,
    "multilingual": 3,
    "by_language": 3,
    "whisper_english": 1,
    "none": 1,
}
"""Raised when we change what a normaliser gives: old scores are not comparable then."""


@dataclass(frozen=True)
class Normaliser:
    """A normaliser with the name that goes into a score's signature.

    Attributes:
        signature: name and version: the package's and, after a +, our own ("basic@0.1.15+1").
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


def _packaged(
    name: str,
    text_normaliser: Callable[[], Callable[[str], str]],
    languages: Sequence[str] = (),
    *,
    joins: bool = False,
) -> Callable[[], Normaliser]:
    def build() -> Normaliser:
        signature = f"{name}@{version('whisper-normalizer')}+{_VERSIONS[name]}"
        own = dict.fromkeys(languages, normaliser(ENGLISH)) if languages else {}
        return Normaliser(signature, text_normaliser(), own, joins)

    return build


_BUILDERS: dict[str, Callable[[], Normaliser]] = {
    ENGLISH: _packaged(ENGLISH, OpenAsr, joins=True),
    "basic": _packaged("basic", BasicTextNormalizer),
    "multilingual": _packaged("multilingual", Multilingual),
    "by_language": _packaged("by_language", Multilingual, ("en", "eng", "english")),
    "whisper_english": _packaged("whisper_english", EnglishTextNormalizer),
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
