"""Named, versioned text normalisers, which decide what counts as the same word.

Logs hold raw text, which is normalised when it is scored: an old log can be scored again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.metadata import version

from whisper_normalizer.basic import BasicTextNormalizer

from streamwer.errors import ConfigError
from streamwer.text.multilingual import MultilingualNormaliser
from streamwer.text.open_asr import OpenAsrNormaliser, build_english_rules

ENGLISH = "open_asr"
"""The default normaliser of English."""
_VERSIONS = {
    "open_asr": 1,
    "basic": 2,
    "multilingual": 4,
    "by_language": 4,
    "whisper_english": 1,
    "none": 1,
}
"""Raised with every change of a normaliser's output: old scores are not comparable then."""

Apply = Callable[[str], str]
_ANY = {"İ": "i", "ẞ": "ß"}
_FOLDED = {
    **{code: {"I": "ı"} for code in ("tr", "tur", "turkish", "az", "aze", "azerbaijani")},
    **{code: {"ß": "ss", "ẞ": "ss"} for code in ("de", "deu", "ger", "german", "gsw")},
}
"""Folding before the normaliser's own, of any language and by language: Python's is Unicode's.

A Turkish İ becomes two characters there, and I is the capital of ı; in German, capitals and the
Swiss have ss for ß.
"""


@dataclass(frozen=True)
class Normaliser:
    """A normaliser with the name that goes into a score's signature.

    Attributes:
        signature: name and version: the package's and, after a +, our own ("basic@0.1.15+2").
        apply: turns text into normalised text.
        languages: normalisers of single languages, by code, which replace this one.
        matches_compounds: whether words that differ only in spaces are the same, as "ice cream"
            and "icecream".
    """

    signature: str
    apply: Apply
    languages: Mapping[str, Normaliser] = field(default_factory=dict, hash=False)
    matches_compounds: bool = False

    def for_language(self, language: str) -> Normaliser:
        """Return the normaliser of a language ("en", "en-US", "en_us"); "" if it is unknown."""
        own = self.languages.get(re.split("[-_]", language.strip().lower())[0])
        return replace(own, signature=self.signature) if own else self

    def tokenise(self, text: str) -> list[str]:
        """Return the normalised words of a text."""
        return self.apply(text).split()


def _make_signature(name: str) -> str:
    return f"{name}@{version('whisper-normalizer')}+{_VERSIONS[name]}"


def _prepare_exact(
    name: str, make: Callable[[], Apply], *, compounds: bool = False
) -> Callable[[], Normaliser]:
    """Return a builder of a published normaliser, without case folding by language."""
    return lambda: Normaliser(_make_signature(name), make(), matches_compounds=compounds)


def _prepare_folded(
    name: str, make: Callable[[], Apply], english_codes: Sequence[str] = ()
) -> Callable[[], Normaliser]:
    """Return a builder of a normaliser with case folding by language.

    Languages of `english_codes` get the English normaliser instead.
    """

    def build() -> Normaliser:
        signature, apply = _make_signature(name), make()
        own = {
            code: Normaliser(signature, partial(_fold, apply, str.maketrans({"İ": "i", **letters})))
            for code, letters in _FOLDED.items()
        }
        english = {code: get_normaliser(ENGLISH) for code in english_codes}
        return Normaliser(signature, partial(_fold, apply, str.maketrans(_ANY)), own | english)

    return build


def _fold(apply: Apply, letters: dict[int, str], text: str) -> str:
    return apply(text.translate(letters))


_BUILDERS: dict[str, Callable[[], Normaliser]] = {
    ENGLISH: _prepare_exact(ENGLISH, OpenAsrNormaliser, compounds=True),
    "basic": _prepare_folded("basic", BasicTextNormalizer),
    "multilingual": _prepare_folded("multilingual", MultilingualNormaliser),
    "by_language": _prepare_folded("by_language", MultilingualNormaliser, ("en", "eng", "english")),
    "whisper_english": _prepare_exact("whisper_english", build_english_rules),
    "none": lambda: Normaliser(f"none@{_VERSIONS['none']}", lambda text: text),
}

NAMES = tuple(_BUILDERS)


@cache
def get_normaliser(name: str) -> Normaliser:
    """Return the normaliser of a name in `NAMES`.

    Raises:
        ConfigError: there is no such normaliser.
    """
    if name not in _BUILDERS:
        raise ConfigError(f"scoring.normaliser={name!r} must be one of {', '.join(_BUILDERS)}")
    return _BUILDERS[name]()
