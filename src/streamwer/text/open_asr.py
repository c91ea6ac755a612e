"""The English rules of the Open ASR Leaderboard as of August 2026 (d1e99b255248).

They are Whisper's with more fillers, fewer expansions of 's, spellings of names, acronyms as one
word, and compounds that may be written apart. The tests compare them to the leaderboard's published
code on a list of strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from itertools import groupby
from typing import Any

from whisper_normalizer.english import EnglishTextNormalizer

FILLERS = (
    "ah aha ahh ahm eh ehehe em hm hmm huh hum mhm mhum mm mmm uh uhm uhuh um umm"  # as of 2026
).split()
_NOT_EXPANDED = (r"\bkinda\b", r"\bsorta\b", r"\bdunno\b", r"\bcause\b")
"""Words that the package expands, and neither Whisper nor the leaderboard does."""
_IS = "it he she what that who here there how when where why this".split()
"""After these, 's is "is"; after another word it may be a possessive, and becomes a word."""
_SPELLINGS = dict(
    pair.split("=")
    for pair in (
        "ok=okay kay=okay etcetera=etc mm=hmm flyer=flier archaeology=archeology"
        " archaeological=archeological cancellation=cancelation cancellations=cancelations"
        " pummelled=pummeled pummelling=pummeling snowploughs=snowplows travelogue=travelog"
        " travelogues=travelogs"
    ).split()
)
"""Spellings in which the leaderboard's list and the package's differ."""
_COMPOUNDS = {
    "et cetera": "etc",
    "al right": "alright",
    "all right": "alright",
    "o k": "okay",
    **{
        each: each.replace(" ", "")
        for each in (
            *("how ever", "wi fi", "hi fi", "lo fi", "sci fi", "e mail", "e book", "e commerce"),
            *("x ray", "t shirt", "a m", "p m"),
        )
    },
}
_COMPOUND = re.compile(
    rf"\b({'|'.join(each.replace(' ', chr(92) + 's+') for each in _COMPOUNDS)})\b"
)

Rule = Callable[[str], str]


class OpenAsrNormaliser:
    """Normalises English text by the leaderboard's rules."""

    def __init__(self) -> None:
        rules = build_english_rules()
        rules.ignore_patterns = rf"\b({'|'.join(FILLERS)})\b"
        is_ = {r"'s\b": (rf"\b({'|'.join(_IS)})'s\b", r"\1 is")}
        rules.replacers = dict(
            is_.get(pattern, (pattern, text))
            for pattern, text in rules.replacers.items()
            if pattern not in _NOT_EXPANDED
        )
        numbers: Rule = rules.standardize_numbers
        spellings: dict[str, str] = rules.standardize_spellings.mapping
        kept = {word: text for word, text in spellings.items() if text not in _SPELLINGS}
        rules.standardize_numbers = lambda text: numbers(_join_compounds(text))
        rules.standardize_spellings = _WordRules(kept | _SPELLINGS, _load_names())
        self._rules: Rule = rules

    def __call__(self, text: str) -> str:
        return self._rules(text)


class _WordRules:
    """Rules for single words: spellings, then names, then acronyms."""

    def __init__(self, *tables: dict[str, str]) -> None:
        self._tables = tables

    def __call__(self, text: str) -> str:
        words = text.split()
        for table in self._tables:
            words = [table.get(word, word) for word in words]
        return " ".join(_join_letters(words))


def build_english_rules() -> Any:  # the package has no types
    """Build Whisper's English normaliser; a text with a number of thousands of digits keeps it."""
    rules: Any = EnglishTextNormalizer()
    numbers: Rule = rules.standardize_numbers

    def standardise(text: str) -> str:
        try:
            return numbers(text)
        except (AssertionError, ValueError):  # Python does not convert so many digits
            return text

    rules.standardize_numbers = standardise
    return rules


def _join_compounds(text: str) -> str:
    return _COMPOUND.sub(lambda match: _COMPOUNDS[" ".join(match[0].split())], text)


def _join_letters(words: list[str]) -> list[str]:
    """Join single letters and digits in a row into one word, as in "b b c".

    With "a" or "i" among them, which are words, it takes three.
    """
    joined: list[str] = []
    for single, group in groupby(words, lambda word: len(word) == 1 and word.isalnum()):
        run = list(group)
        least = 3 if {"a", "i"} & set(run) else 2
        joined += ["".join(run)] if single and len(run) >= least else run
    return joined


def _load_names() -> dict[str, str]:
    """Load the standard spelling of each spelling of a name."""
    text = files("streamwer.text").joinpath("open_asr_names.txt").read_text(encoding="utf-8")
    lines = (line.split(": ") for line in text.splitlines() if not line.startswith("#"))
    return {spelling: name for name, spellings in lines for spelling in spellings.split()}
