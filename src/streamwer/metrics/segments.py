"""Segments of a recording, and the words of each: for StreamLAAL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from streamwer.text.normalise import Normaliser
from streamwer.text.word_alignment import align_words
from streamwer.text.words import join_words, split_words
from streamwer.types import Reference, Word

MIN_PAUSE_S = 0.5
"""Seconds between two segments; people pause so long between sentences and seldom within one."""


@dataclass(frozen=True)
class Segment:
    """The raw reference words between two pauses, and where they begin and end, seconds.

    In scripts without spaces each character is a word: see `text.words.split_words`.
    """

    start: float
    end: float
    words: tuple[str, ...]


def split_reference(reference: Reference, pause: float = MIN_PAUSE_S) -> list[Segment]:
    """Split a reference where nobody speaks for `pause` seconds or longer.

    One without word times is a single segment, from 0 to its end.
    """
    if not reference.words:
        return [Segment(0.0, reference.seconds, tuple(split_words(reference.text)))]
    groups = [[reference.words[0]]]
    for before, word in pairwise(reference.words):
        if word.start - before.end >= pause:
            groups.append([])
        groups[-1].append(word)
    return [_build_segment(words) for words in groups]


def _build_segment(words: Sequence[Word]) -> Segment:
    texts = tuple(split_words(join_words(word.text for word in words)))
    return Segment(words[0].start, words[-1].end, texts)


def assign_words(
    segments: Sequence[Segment], hypothesis: Sequence[str], normaliser: Normaliser
) -> list[list[int]]:
    """Assign each word of a transcript to a segment of the reference (re-segmentation).

    A word that the edit alignment pairs with a reference word goes to that word's segment. One
    that it inserts goes with the reference word before or after it whose letters are more like its
    own, with that before it where both are alike; where there is none before it, with the next.
    That is OmniSTEval's rule; its alignment is one by letters, made for translations.

    Args:
        segments: of the reference.
        hypothesis: raw words.
        normaliser: of both texts.

    Returns:
        For each segment, the places of its words in `hypothesis`.
    """
    if len(segments) == 1:
        return [list(range(len(hypothesis)))]
    owner = [number for number, segment in enumerate(segments) for _ in segment.words]
    reference = [_normalise_key(text, normaliser) for segment in segments for text in segment.words]
    keys = [_normalise_key(text, normaliser) for text in hypothesis]
    found: list[list[int]] = [[] for _ in segments]
    for place, word in enumerate(_match_reference_words(reference, keys)):
        found[owner[word]].append(place)
    return found


@lru_cache(maxsize=1 << 16)  # a normaliser is slow, and most words come again
def _normalise_key(text: str, normaliser: Normaliser) -> str:
    """Return what must agree for two words to be the same; the word where nothing is left of it."""
    return "".join(normaliser.tokenise(text)) or text


def _match_reference_words(reference: Sequence[str], hypothesis: Sequence[str]) -> list[int]:
    """Return the reference word that each hypothesis word goes with."""
    found: list[int] = []
    before = -1
    next_chosen = False
    for pair in align_words(reference, hypothesis):
        if pair.reference is not None:
            before, next_chosen = pair.reference, False
        if pair.hypothesis is None:
            continue
        if pair.reference is None and not next_chosen:
            next_chosen = _resembles_next_word(reference, before, hypothesis[pair.hypothesis])
        found.append(before + next_chosen)
    return found


def _resembles_next_word(reference: Sequence[str], before: int, word: str) -> bool:
    if before < 0 or before + 1 >= len(reference):
        return before < 0
    return _compare_letters(reference[before + 1], word) > _compare_letters(reference[before], word)


def _compare_letters(one: str, other: str) -> float:
    """Return the Jaccard index of the sets of letters."""
    return len({*one} & {*other}) / len({*one} | {*other})
