"""From text that grows and is taken back, piece by piece, to updates of whole words.

A log without a mark for "final" tells it in hindsight: a word is committed by the update that
last changed any of its letters. Until then it is tentative.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from streamwer.types import Update, Word


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


class _Final(NamedTuple):
    """A word of the final text."""

    text: str
    owner: int
    """The last revision that changed it: the one that commits it."""
    piece: int
    """Where the piece is in which it ends."""


def updates(revisions: Sequence[Revision]) -> list[Update]:
    """One update per revision; together they commit the words of the final text, once each."""
    final = list(deque(_states(revisions), maxlen=1))
    owned: list[list[_Final]] = [[] for _ in revisions]
    for word in _words(final[0] if final else ()):
        owned[word.owner].append(word)
    found, begin, before = [], 0, 0
    for state, words, revision in zip(_states(revisions), owned, revisions, strict=True):
        if words:  # the tail begins in the piece in which the last of them ends
            kept = before if words[-1].piece == begin else 0
            begin = words[-1].piece
            before = kept + sum(word.piece == begin for word in words)
        tail = "".join(piece.text for piece in state[begin:]).split()[before:]
        found.append(Update(_timed((w.text for w in words), revision), _timed(tail, revision)))
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
    cut = "".join(piece.text for piece in state[-deleted:])
    del state[-deleted:]
    at = next((at for at in reversed(range(len(state))) if state[at].text), None)
    if at is not None and cut[:1].strip() and state[at].text[-1:].strip():
        state[at] = _Piece(state[at].text, number)  # "hello" has become "hel" just now


def _words(pieces: Sequence[_Piece]) -> Iterator[_Final]:
    """The words of the joined pieces."""
    letters, owner, at = "", 0, 0
    for number, piece in enumerate(pieces):
        for letter in piece.text:
            if not letter.isspace():
                letters, owner, at = letters + letter, piece.owner, number
            elif letters:
                yield _Final(letters, owner, at)
                letters = ""
    if letters:
        yield _Final(letters, owner, at)


def _timed(texts: Iterable[str], revision: Revision) -> tuple[Word, ...]:
    return tuple(Word(text, revision.start, revision.end) for text in texts)
