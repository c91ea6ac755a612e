"""Updates of whole words from text that is added and deleted token by token.

A log without a mark for final words shows them in hindsight: a word is committed by the update
that last changed any of its letters. Until then it is tentative.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from streamwer.types import Update, Word


class Revision(NamedTuple):
    """One update of a log.

    Attributes:
        deleted: the number of tokens that it deletes from the end.
        added: the tokens that it adds; joined as they are, so a new word starts with a space.
        start: of its words, seconds; the audio's end where the log does not have it.
        end: of its words, seconds.
    """

    deleted: int
    added: Sequence[str]
    start: float
    end: float


class _Token(NamedTuple):
    text: str
    owner: int
    """The revision that added it, or that changed the word in which it ends."""


class _FinalWord(NamedTuple):
    """A word of the final text."""

    text: str
    owner: int
    """The last revision that changed it, which commits it."""
    token: int
    """The index of the token in which it ends."""


def build_updates(revisions: Sequence[Revision]) -> list[Update]:
    """Build one update per revision; together they commit each word of the final text once."""
    final = list(deque(_replay(revisions), maxlen=1))
    owned: list[list[_FinalWord]] = [[] for _ in revisions]
    for word in _split_words(final[0] if final else ()):
        owned[word.owner].append(word)
    updates, begin, before = [], 0, 0
    for state, words, revision in zip(_replay(revisions), owned, revisions, strict=True):
        if words:  # the tail begins in the token in which the last of them ends
            same = before if words[-1].token == begin else 0
            begin = words[-1].token
            before = same + sum(word.token == begin for word in words)
        tail = "".join(token.text for token in state[begin:]).split()[before:]
        updates.append(
            Update(_build_words((w.text for w in words), revision), _build_words(tail, revision))
        )
    return updates


def _replay(revisions: Sequence[Revision]) -> Iterator[list[_Token]]:
    """Yield the tokens after each revision; the same list, changed in place."""
    state: list[_Token] = []
    for number, revision in enumerate(revisions):
        if revision.deleted:
            _delete_tokens(state, revision.deleted, number)
        state += [_Token(text, number) for text in revision.added]
        yield state


def _delete_tokens(state: list[_Token], deleted: int, number: int) -> None:
    cut = "".join(token.text for token in state[-deleted:])
    del state[-deleted:]
    at = next((at for at in reversed(range(len(state))) if state[at].text), None)
    if at is not None and cut[:1].strip() and state[at].text[-1:].strip():
        state[at] = _Token(state[at].text, number)  # "hello" has become "hel" just now


def _split_words(tokens: Sequence[_Token]) -> Iterator[_FinalWord]:
    """Yield the words of the joined tokens."""
    letters, owner, at = "", 0, 0
    for number, token in enumerate(tokens):
        for letter in token.text:
            if not letter.isspace():
                letters, owner, at = letters + letter, token.owner, number
            elif letters:
                yield _FinalWord(letters, owner, at)
                letters = ""
    if letters:
        yield _FinalWord(letters, owner, at)


def _build_words(texts: Iterable[str], revision: Revision) -> tuple[Word, ...]:
    return tuple(Word(text, revision.start, revision.end) for text in texts)
