"""Marked entities: where the names, numbers and codes that a data set lists stand in its text."""

from __future__ import annotations

from collections.abc import Sequence

from streamwer.formats.word_times import extract_letters


def locate_entities(entities: Sequence[str], words: Sequence[str]) -> list[range | None]:
    """Locate marked entities: the first words, of no entity before, that have the same letters.

    Args:
        entities: texts, without regard to case, punctuation and spaces.
        words: of the reference, raw.

    Returns:
        The places of the words of each; None for one that is not there.
    """
    keys = [extract_letters(word) for word in words]
    free = set(range(len(words)))
    found: list[range | None] = []
    for wanted in map(extract_letters, entities):
        matches = (_match_words(wanted, keys, at) for at in range(len(keys)))
        place = next((each for each in matches if each and free.issuperset(each)), None)
        free.difference_update(place or ())
        found.append(place)
    return found


def _match_words(wanted: str, keys: Sequence[str], begin: int) -> range | None:
    """Return the words from `begin` on whose letters together are those wanted."""
    letters = ""
    for at in range(begin, len(keys)):
        letters += keys[at]
        if letters == wanted:
            return range(begin, at + 1)
        if not keys[begin] or not wanted.startswith(letters):
            return None
    return None
