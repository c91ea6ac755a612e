"""Named, versioned text normalisers: what counts as the same word.

Raw text is stored; it is normalised when scored, so an old log can be scored anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version

from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

from streamwer.errors import ConfigError
from streamwer.metrics.folding import fold_any, fold_by_language
from streamwer.metrics.multilingual import Multilingual

_VERSIONS = {"basic": 2, "multilingual": 4, "by_language": 3, "whisper_english": 1, "none": 1}
"""Raised when we change what a normaliser gives: old scores are not comparable then."""


@dataclass(frozen=True)
class Normaliser:
    """A normaliser with the name that goes into a score's signature.

    Attributes:
        signature: name and version: the package's and, after a +, our own ("basic@0.1.15+2").
        apply: text in, normalised text out.
        languages: what is done instead to languages that have a normaliser of their own.
    """

    signature: str
    apply: Callable[[str], str]
    languages: Mapping[str, Callable[[str], str]] = field(default_factory=dict, hash=False)

    def of(self, language: str) -> Normaliser:
        """The normaliser of one language ("en", "en-US", "en_us"); "" is one that is not known."""
        own = self.languages.get(re.split("[-_]", language.strip().lower())[0])
        return Normaliser(self.signature, own) if own else self

    def tokens(self, text: str) -> list[str]:
        """The normalised words of a text."""
        return self.apply(text).split()


def _packaged(
    name: str,
    text_normaliser: Callable[[], Callable[[str], str]],
    languages: Mapping[str, Callable[[], Callable[[str], str]]] | None = None,
) -> Callable[[], Normaliser]:
    def build() -> Normaliser:
        packaged, apply = version("whisper-normalizer"), text_normaliser()
        own = fold_by_language(apply) | {code: make() for code, make in (languages or {}).items()}
        return Normaliser(f"{name}@{packaged}+{_VERSIONS[name]}", fold_any(apply), own)

    return build


def _english() -> Normaliser:
    signature = f"whisper_english@{version('whisper-normalizer')}+{_VERSIONS['whisper_english']}"
    return Normaliser(signature, EnglishTextNormalizer())


_BUILDERS: dict[str, Callable[[], Normaliser]] = {
    "basic": _packaged("basic", BasicTextNormalizer),
    "multilingual": _packaged("multilingual", Multilingual),
    "by_language": _packaged(
        "by_language",
        Multilingual,
        dict.fromkeys(("en", "eng", "english"), EnglishTextNormalizer),
    ),
    "whisper_english": _english,
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
