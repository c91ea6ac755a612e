"""Optional words and alternatives of NIST transcripts, and the reading with the fewest errors.

`(uh)` is optional, and `{ i'm / i am / @ }` is any of these, where `@` is nothing. As in sclite,
the reading nearest to the hypothesis counts. It is found by a minimum-edit alignment, slot by
slot: each option of a slot continues the row of Levenshtein's table.
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
"""Alternative texts; the first is the one of the plain text."""
_TOKEN = re.compile(r"\{([^{}]*)\}|([^\s{}]+)")
_OPTIONAL = re.compile(r"\(([^()\s]+)\)")
_NOTHING = "@"
_Row = NDArray[np.int64]


def is_marked(text: str) -> bool:
    """Tell whether a transcript has optional words or alternatives."""
    return "{" in text or "}" in text or _OPTIONAL.search(text) is not None


def parse_slots(text: str) -> list[Slot]:
    """Parse a transcript into slots.

    Raises:
        DatasetError: alternatives are not closed, or are nested.
    """
    if _TOKEN.sub("", text).strip():
        raise DatasetError("alternatives are not closed, or stand within others")
    return [_parse_slot(match) for match in _TOKEN.finditer(text)]


def read_plain_text(text: str) -> str:
    """Return a transcript without its optional words, and with the first of alternatives."""
    return _join(slot[0] for slot in parse_slots(text))


def choose_readings(
    marked: Sequence[str], hypothesis: Sequence[str], tokenise: Callable[[str], Sequence[str]]
) -> list[str]:
    """Choose the reading of a transcript that has the fewest errors.

    Args:
        marked: the parts of the transcript, with their marks.
        hypothesis: the tokens recognised in all of them.
        tokenise: splits a part's text into tokens.

    Returns:
        The reading of each part.
    """
    parts = [parse_slots(text) for text in marked]
    chosen = _find_best_options([slot for part in parts for slot in part], hypothesis, tokenise)
    return [_join(next(chosen) for _ in part) for part in parts]


def _join(texts: Iterator[str]) -> str:
    return " ".join(filter(None, texts))


def _parse_slot(match: re.Match[str]) -> Slot:
    if match[2]:
        return _expand(match[2])
    options = (option for phrase in match[1].split("/") for option in _expand(phrase))
    return tuple(dict.fromkeys(options))


def _expand(phrase: str) -> Slot:
    """Expand a phrase without and with each of its optional words."""
    words = [_expand_word(word) for word in phrase.split()]
    return tuple(_join(iter(chosen)) for chosen in product(*words))


def _expand_word(word: str) -> Slot:
    if word == _NOTHING:
        return ("",)
    optional = _OPTIONAL.fullmatch(word)
    return ("", optional[1]) if optional else (word,)


class _Front(NamedTuple):
    """The cost of aligning each prefix of the hypothesis, and where its path came from."""

    costs: _Row
    origins: _Row


def _find_best_options(
    slots: Sequence[Slot], hypothesis: Sequence[str], tokenise: Callable[[str], Sequence[str]]
) -> Iterator[str]:
    """Find the option of each slot on the cheapest path."""
    ids: dict[str, int] = {}
    words = np.array([ids.setdefault(each, len(ids)) for each in hypothesis], dtype=np.int64)
    places = np.arange(len(words) + 1)
    costs, ways = places, []
    for slot in slots:
        fronts = []
        for option in slot:
            front = _Front(costs, places)
            for token in tokenise(option):
                front = _add_word(front, words == ids.get(token, -1))
            fronts.append(front)
        best = np.stack([front.costs for front in fronts]).argmin(axis=0)
        costs, origins = (np.stack(rows)[best, places] for rows in zip(*fronts, strict=True))
        ways.append((best, origins))
    chosen: list[str] = []
    at = -1
    for slot, (best, origins) in zip(reversed(slots), reversed(ways), strict=True):
        chosen.append(slot[best[at]])
        at = int(origins[at])
    return reversed(chosen)


def _add_word(front: _Front, hits: NDArray[np.bool_]) -> _Front:
    """Add one reference word: it is deleted or paired; then insertions may follow."""
    costs, origins = front.costs + 1, front.origins.copy()
    paired = front.costs[:-1] + ~hits
    better = paired <= costs[1:]
    costs[1:][better] = paired[better]
    origins[1:][better] = front.origins[:-1][better]
    places = np.arange(len(costs))
    level = np.minimum.accumulate(costs - places)
    source = np.maximum.accumulate(np.where(costs - places == level, places, 0))
    return _Front(level + places, origins[source])
