"""Transfer the times of a published alignment to a transcript with other spellings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from streamwer.alignment.quality import AlignmentError
from streamwer.text.normalise import get_normaliser
from streamwer.text.word_alignment import Pair, align_words
from streamwer.text.words import split_words
from streamwer.types import Word

_SILENCES = frozenset({"", "<eps>", "<sil>", "sil", "sp", "spn", "<p:>"})
"""Labels of aligners for pauses and noises."""


def match_words(
    text: str, aligned: Sequence[Word], seconds: float, max_mismatched: float
) -> tuple[tuple[Word, ...], float]:
    """Give the words of a transcript the times of an alignment.

    Where the two differ ("twenty five" and "twenty-five"; "<unk>"), the words of the transcript
    share the time of the aligned words, by their numbers of letters.

    Args:
        text: raw transcript; its words are those of `text.words.split_words`.
        aligned: words in order; pauses among them are left out.
        seconds: length of the recording.
        max_mismatched: largest share of words that may differ.

    Returns:
        The words of the transcript with times, and the share that the alignment spells otherwise.

    Raises:
        AlignmentError: too many differ, or a word ends after the recording or before the last.
    """
    transcript = split_words(text)
    spoken = drop_silences(aligned)
    if not transcript or not spoken:
        raise AlignmentError(f"the {'alignment' if transcript else 'transcript'} has no words")
    _check_times(spoken, seconds)
    spoken = tuple(split_timed_words(spoken))
    basic = get_normaliser("basic")
    # A word of punctuation alone, which the normaliser empties, must still be a token.
    said = ["".join(basic.tokenise(text)) or "-" for text in transcript]
    heard = ["".join(basic.tokenise(word.text)) or "-" for word in spoken]
    pairs = align_words(said, heard)
    hits = sum(pair.status == "hit" for pair in pairs)
    mismatched = round(1 - hits / len(transcript), 4)
    if mismatched > max_mismatched:
        raise AlignmentError(f"{mismatched:.0%} of its words are others in the alignment")
    return _transfer_times(transcript, spoken, pairs), mismatched


def drop_silences(aligned: Sequence[Word]) -> tuple[Word, ...]:
    """Drop pauses and noises from the words of an alignment."""
    return tuple(word for word in aligned if word.text.casefold() not in _SILENCES)


def _check_times(words: Sequence[Word], seconds: float) -> None:
    for one, other in pairwise(words):
        if other.start < one.start or other.end < one.end:
            raise AlignmentError(f"its alignment goes back in time at '{other.text}'")
    if words[-1].end > seconds + 0.1:  # frames of an aligner may reach a little beyond the audio
        raise AlignmentError(
            f"its alignment ends at {words[-1].end:g} s, after its audio ({seconds:g} s)"
        )


def _transfer_times(
    transcript: Sequence[str], spoken: Sequence[Word], pairs: Sequence[Pair]
) -> tuple[Word, ...]:
    words: list[Word] = []
    differing: list[Pair] = []
    last = 0.0
    for pair in pairs:
        if pair.status != "hit" or pair.reference is None or pair.hypothesis is None:
            differing.append(pair)
            continue
        word = spoken[pair.hypothesis]
        words += _divide_gap(transcript, spoken, differing, (last, word.start))
        differing = []
        words.append(Word(transcript[pair.reference], word.start, word.end))
        last = word.end
    return (*words, *_divide_gap(transcript, spoken, differing, (last, last)))


def _divide_gap(
    transcript: Sequence[str],
    spoken: Sequence[Word],
    differing: Sequence[Pair],
    gap: tuple[float, float],
) -> list[Word]:
    """Divide the time of the aligned words in a gap among the transcript's words there."""
    texts = [transcript[pair.reference] for pair in differing if pair.reference is not None]
    times = [spoken[pair.hypothesis] for pair in differing if pair.hypothesis is not None]
    begin, end = (times[0].start, times[-1].end) if times else gap
    return list(divide_time(texts, begin, end))


def split_timed_words(words: Iterable[Word]) -> Iterator[Word]:
    """Split timed words like `text.words.split_words`; the parts share the time by letters.

    In scripts without spaces each character is a word.
    """
    for word in words:
        parts = split_words(word.text)
        if len(parts) < 2:
            yield word
        else:
            yield from divide_time(parts, word.start, word.end, word.probability)


def divide_time(
    texts: Sequence[str], begin: float, end: float, probability: float = 1.0
) -> Iterator[Word]:
    """Divide a time span among words by their numbers of letters.

    Args:
        texts: the words, in order.
        begin: of the span, seconds.
        end: of the span, seconds.
        probability: of each word.
    """
    letters, passed = sum(map(len, texts)), 0
    for text in texts:
        start = begin + (end - begin) * passed / letters
        passed += len(text)
        stop = begin + (end - begin) * passed / letters
        yield Word(text, round(start, 3), round(stop, 3), probability)
