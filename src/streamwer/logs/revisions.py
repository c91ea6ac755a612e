"""From text that grows and is taken back, piece by piece, to updates of whole words.

A log without a mark for "final" tells it in hindsight: a word is committed by the update that
last changed any of its letters. Until then it is tentative.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from streamwer.transcript import Update, Word


class Revision(NamedTuple):
    """One update of a log.

    Attributes:
        deleted: how many pieces it takes back from the end.
        added: the pieces it adds; they are joined as they are, so a new word starts with a space.
        start: where its words begin, seconds; a log that does not say gives the audio's end.
        end: and where they end.
    """

    deleted: int
    added: Sequence[str]
    start: float
    end: float


class _Piece(NamedTuple):
    text: str
    owner: int
    """The revision that added it, or that changed the word it ends."""


def updates(revisions: Sequence[Revision]) -> list[Update]:
    """One update per revision; together they commit the words of the final text, once each."""
    final = list(deque(_states(revisions), maxlen=1))
    owned: list[list[str]] = [[] for _ in revisions]
    for text, owner in _words(final[0] if final else ()):
        owned[owner].append(text)
    found, before = [], 0
    for state, texts, revision in zip(_states(revisions), owned, revisions, strict=True):
        before += len(texts)
        tail = "".join(piece.text for piece in state).split()[before:]
        found.append(Update(_timed(texts, revision), _timed(tail, revision)))
    return found


def _states(revisions: Sequence[Revision]) -> Iterator[list[_Piece]]:
    """The text after each revision; the same list, changed in place."""
    state: list[_Piece] = []
    for number, revision in enumerate(revisions):
        if revision.deleted:
            _take_back(state, revision.deleted, number)
        state += [_Piece(text, number) for text in revision.added]
        yield state


def _take_back(state: list[_Piece], deleted: int, number: int) -> None:
    cut = state[-deleted].text
    del state[-deleted:]
    if state and cut[:1].strip() and state[-1].text[-1:].strip():
        state[-1] = _Piece(state[-1].text, number)  # "hello" has become "hel" just now


def _words(pieces: Sequence[_Piece]) -> Iterator[tuple[str, int]]:
    """The words of the joined pieces, each with the last revision that changed it."""
    letters, owner = "", 0
    for piece in pieces:
        for letter in piece.text:
            if not letter.isspace():
                letters, owner = letters + letter, piece.owner
            elif letters:
                yield letters, owner
                letters = ""
    if letters:
        yield letters, owner


def _timed(texts: Sequence[str], revision: Revision) -> tuple[Word, ...]:
    return tuple(Word(text, revision.start, revision.end) for text in texts)
