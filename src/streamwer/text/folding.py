"""Case folding by language.

Python's rules are Unicode's without a language: a Turkish İ becomes two characters there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

Apply = Callable[[str], str]
_ANY = str.maketrans({"İ": "i", "ẞ": "ß"})
_LANGUAGES = {
    **{code: {"I": "ı"} for code in ("tr", "tur", "turkish", "az", "aze", "azerbaijani")},
    **{code: {"ß": "ss", "ẞ": "ss"} for code in ("de", "deu", "ger", "german", "gsw")},
}
"""In Turkish I is the capital of ı; in German, capitals and the Swiss have ss for ß."""


def fold_any(apply: Apply) -> Apply:
    """Return a normaliser that first folds what is the same in every language."""
    return partial(_fold, apply, _ANY)


def fold_by_language(apply: Apply) -> dict[str, Apply]:
    """Return, by language code, normalisers that first fold by the language's rules."""
    return {
        code: partial(_fold, apply, str.maketrans({"İ": "i", **letters}))
        for code, letters in _LANGUAGES.items()
    }


def _fold(apply: Apply, letters: dict[int, str], text: str) -> str:
    return apply(text.translate(letters))
