"""Segments of a recording, and which of them each emitted word belongs to: for StreamLAAL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from streamwer.metrics.alignment import align
from streamwer.text.normalise import Normaliser
from streamwer.text.words import joined, parted
from streamwer.types import Reference, Word

PAUSE = 0.5
"""Seconds between two reference words that part two segments; people pause so long between
sentences and seldom within one."""


@dataclass(frozen=True)
class Segment:
    """A stretch of speech: the raw reference words and where they begin and end, seconds.

    In scripts without spaces each character is a word: see `joining.parted`.
    """

    start: float
    end: float
    words: tuple[str, ...]


def segments(reference: Reference, pause: float = PAUSE) -> list[Segment]:
    """The reference cut where nobody speaks for `pause` seconds or longer.

    One without word times is a single segment, from 0 to its end.
    """
    if not reference.words:
        return [Segment(0.0, reference.seconds, tuple(parted(reference.text)))]
    stretches = [[reference.words[0]]]
    for before, word in pairwise(reference.words):
        if word.start - before.end >= pause:
            stretches.append([])
        stretches[-1].append(word)
    return [_segment(stretch) for stretch in stretches]


def _segment(stretch: Sequence[Word]) -> Segment:
    texts = tuple(parted(joined(word.text for word in stretch)))
    return Segment(stretch[0].start, stretch[-1].end, texts)


def assign(
    spoken: Sequence[Segment], heard: Sequence[str], normaliser: Normaliser
) -> list[list[int]]:
    """Re-segmentation: of each segment, the places of the words in `heard` that belong to it.

    A word that the edit alignment pairs with a reference word goes to that word's segment. One
    that it inserts goes with the reference word before or after it whose letters are more like its
    own, with that before it where both are alike; where there is none before it, with the next.
    That is OmniSTEval's rule; its alignment is one by letters, made for translations.
    """
    if len(spoken) == 1:
        return [list(range(len(heard)))]
    owner = [number for number, segment in enumerate(spoken) for _ in segment.words]
    reference = [_key(text, normaliser) for segment in spoken for text in segment.words]
    hypothesis = [_key(text, normaliser) for text in heard]
    found: list[list[int]] = [[] for _ in spoken]
    for place, word in enumerate(_partners(reference, hypothesis)):
        found[owner[word]].append(place)
    return found


@lru_cache(maxsize=1 << 16)  # a normaliser is slow, and most words come again
def _key(text: str, normaliser: Normaliser) -> str:
    """What counts as the same word; one that the normaliser leaves nothing of stands for itself."""
    return "".join(normaliser.tokens(text)) or text


def _partners(reference: Sequence[str], hypothesis: Sequence[str]) -> list[int]:
    """The reference word that each hypothesis word goes with."""
    found: list[int] = []
    before = -1
    next_chosen = False
    for pair in align(reference, hypothesis):
        if pair.reference is not None:
            before, next_chosen = pair.reference, False
        if pair.hypothesis is None:
            continue
        if pair.reference is None and not next_chosen:
            next_chosen = _like_the_next(reference, before, hypothesis[pair.hypothesis])
        found.append(before + next_chosen)
    return found


def _like_the_next(reference: Sequence[str], before: int, word: str) -> bool:
    if before < 0 or before + 1 >= len(reference):
        return before < 0
    return _likeness(reference[before + 1], word) > _likeness(reference[before], word)


def _likeness(one: str, other: str) -> float:
    """Jaccard index of the sets of letters."""
    return len({*one} & {*other}) / len({*one} | {*other})
