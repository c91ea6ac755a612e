"""The readings of a transcript that NIST's marks allow: optional words and alternatives.

`(uh)` may be said or not, and `{ i'm / i am / @ }` is any of these, `@` being nothing. As in
sclite, the reading counts that is nearest to what was heard. It is found by a minimum-edit
alignment, place by place: each option of a place goes on with the row of Levenshtein's table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamwer.errors import DatasetError

Slot = tuple[str, ...]
"""Texts of which one was said; the first is what stands for it where nothing was heard."""
_TOKEN = re.compile(r"\{([^{}]*)\}|([^\s{}]+)")
_OPTIONAL = re.compile(r"\(([^()\s]+)\)")
_NOTHING = "@"
_Row = NDArray[np.int64]


def is_marked(text: str) -> bool:
    """Whether a transcript has optional words or alternatives."""
    return "{" in text or "}" in text or _OPTIONAL.search(text) is not None


def parse_slots(text: str) -> list[Slot]:
    """Parse a transcript to what may stand at each place of it.

    Raises:
        DatasetError: alternatives are not closed, or stand within others.
    """
    if _TOKEN.sub("", text).strip():
        raise DatasetError("alternatives are not closed, or stand within others")
    return [_read(match) for match in _TOKEN.finditer(text)]


def read_plainly(text: str) -> str:
    """Read a transcript without its optional words, and with the first of alternatives."""
    return _join(slot[0] for slot in parse_slots(text))


def choose_readings(
    marked: Sequence[str], heard: Sequence[str], tokenise: Callable[[str], Sequence[str]]
) -> list[str]:
    """Choose the reading of a transcript that has the fewest errors.

    Args:
        marked: the parts of the transcript, with their marks.
        heard: the tokens of what was heard in all of them.
        tokenise: makes tokens of a part's text.

    Returns:
        The reading of each part.
    """
    parts = [parse_slots(text) for text in marked]
    chosen = _search([slot for part in parts for slot in part], heard, tokenise)
    return [_join(next(chosen) for _ in part) for part in parts]


def _join(texts: Iterator[str]) -> str:
    return " ".join(filter(None, texts))


def _read(match: re.Match[str]) -> Slot:
    if match[2]:
        return _expand(match[2])
    options = (option for phrase in match[1].split("/") for option in _expand(phrase))
    return tuple(dict.fromkeys(options))


def _expand(phrase: str) -> Slot:
    """A phrase without and with each of its optional words."""
    words = [_choose(word) for word in phrase.split()]
    return tuple(_join(iter(chosen)) for chosen in product(*words))


def _choose(word: str) -> Slot:
    if word == _NOTHING:
        return ("",)
    found = _OPTIONAL.fullmatch(word)
    return ("", found[1]) if found else (word,)


class _Front(NamedTuple):
    """What each beginning of the heard words costs, and where in them its path came from."""

    costs: _Row
    origins: _Row


def _search(
    slots: Sequence[Slot], heard: Sequence[str], tokenise: Callable[[str], Sequence[str]]
) -> Iterator[str]:
    """The option of each slot on the cheapest path."""
    numbers: dict[str, int] = {}
    words = np.array([numbers.setdefault(each, len(numbers)) for each in heard], dtype=np.int64)
    places = np.arange(len(words) + 1)
    costs, ways = places, []
    for slot in slots:
        fronts = []
        for option in slot:
            front = _Front(costs, places)
            for token in tokenise(option):
                front = _step(front, words == numbers.get(token, -1))
            fronts.append(front)
        best = np.stack([front.costs for front in fronts]).argmin(axis=0)
        costs, origins = (np.stack(rows)[best, places] for rows in zip(*fronts, strict=True))
        ways.append((best, origins))
    return iter(_trace_back(slots, ways))


def _step(front: _Front, hits: NDArray[np.bool_]) -> _Front:
    """Go on with one word: it is deleted, or paired; then heard words may be inserted."""
    costs, origins = front.costs + 1, front.origins.copy()
    paired = front.costs[:-1] + ~hits
    better = paired <= costs[1:]
    costs[1:][better] = paired[better]
    origins[1:][better] = front.origins[:-1][better]
    places = np.arange(len(costs))
    level = np.minimum.accumulate(costs - places)
    source = np.maximum.accumulate(np.where(costs - places == level, places, 0))
    return _Front(level + places, origins[source])


def _trace_back(slots: Sequence[Slot], ways: Sequence[tuple[_Row, _Row]]) -> list[str]:
    chosen: list[str] = []
    at = -1
    for slot, (best, origins) in zip(reversed(slots), reversed(ways), strict=True):
        chosen.append(slot[best[at]])
        at = int(origins[at])
    return chosen[::-1]
