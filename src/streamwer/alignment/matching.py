"""Words of a published alignment as the words of a transcript, which may be spelt otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from streamwer.alignment.characters import cut, shared
from streamwer.alignment.unplaceable import UnplaceableError
from streamwer.metrics.alignment import Pair, align
from streamwer.text.normalise import normaliser
from streamwer.text.words import parted
from streamwer.types import Word

_SILENCES = frozenset({"", "<eps>", "<sil>", "sil", "sp", "spn", "<p:>"})
"""What aligners call a pause, or a noise."""


@dataclass(frozen=True)
class Matched:
    """The words of a transcript with times, and the share of them that the alignment spells so."""

    words: tuple[Word, ...]
    mismatched: float


def match(text: str, aligned: Sequence[Word], seconds: float, most_mismatched: float) -> Matched:
    """Give the words of a transcript the times of an alignment.

    Where the two differ ("twenty five" and "twenty-five"; "<unk>"), the words of the transcript
    share out, by their letters, the time of what stands in their place.

    Args:
        text: raw transcript; its words are those of `joining.parted`.
        aligned: words in order; pauses among them are left out.
        seconds: length of the recording.
        most_mismatched: largest share of words that may differ.

    Raises:
        UnplaceableError: too many differ, or a word ends after the recording or before the last.
    """
    said = parted(text)
    heard = spoken(aligned)
    if not said or not heard:
        raise UnplaceableError(f"the {'alignment' if said else 'transcript'} has no words")
    _check(heard, seconds)
    heard = tuple(cut(heard))
    pairs = _pairs(said, [word.text for word in heard])
    hits = sum(pair.status == "hit" for pair in pairs)
    mismatched = round(1 - hits / len(said), 4)
    if mismatched > most_mismatched:
        raise UnplaceableError(f"{mismatched:.0%} of its words are others in the alignment")
    return Matched(_timed(said, heard, pairs), mismatched)


def spoken(aligned: Sequence[Word]) -> tuple[Word, ...]:
    """The words of an alignment without the pauses and noises among them."""
    return tuple(word for word in aligned if word.text.casefold() not in _SILENCES)


def _check(words: Sequence[Word], seconds: float) -> None:
    for one, other in pairwise(words):
        if other.start < one.start or other.end < one.end:
            raise UnplaceableError(f"its alignment goes back in time at '{other.text}'")
    if words[-1].end > seconds + 0.1:  # frames of an aligner may reach a little beyond the audio
        raise UnplaceableError(
            f"its alignment ends at {words[-1].end:g} s, after its audio ({seconds:g} s)"
        )


def _pairs(said: Sequence[str], spoken: Sequence[str]) -> list[Pair]:
    apply = normaliser("basic").apply
    # A word of punctuation alone, which the normaliser empties, must still be a token.
    keys = [["".join(apply(word).split()) or "-" for word in words] for words in (said, spoken)]
    return align(*keys)


def _timed(said: Sequence[str], spoken: Sequence[Word], pairs: Sequence[Pair]) -> tuple[Word, ...]:
    found: list[Word] = []
    differing: list[Pair] = []
    last = 0.0
    for pair in pairs:
        if pair.status != "hit" or pair.reference is None or pair.hypothesis is None:
            differing.append(pair)
            continue
        word = spoken[pair.hypothesis]
        found += _shared(said, spoken, differing, (last, word.start))
        differing = []
        found.append(Word(said[pair.reference], word.start, word.end))
        last = word.end
    return (*found, *_shared(said, spoken, differing, (last, last)))


def _shared(
    said: Sequence[str],
    spoken: Sequence[Word],
    differing: Sequence[Pair],
    gap: tuple[float, float],
) -> list[Word]:
    """Words of the transcript in the time of the aligned words in their place, or between."""
    texts = [said[pair.reference] for pair in differing if pair.reference is not None]
    times = [spoken[pair.hypothesis] for pair in differing if pair.hypothesis is not None]
    begin, end = (times[0].start, times[-1].end) if times else gap
    return list(shared(texts, begin, end))
