"""Alignment of a transcript with its reference by words and times, and its error counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import jiwer

from streamwer.metrics.time_alignment import TimedTokens, TokenPairs, choose_nearest_pairs
from streamwer.metrics.word_errors import CharErrors, WordErrors
from streamwer.text.word_alignment import Pair, align_words
from streamwer.text.words import join_words


def align_words_by_time(reference: TimedTokens, hypothesis: TimedTokens) -> list[Pair]:
    """Align two texts with as many edits and hits as `align_words`, and pairs nearest in time."""
    pairs = align_words(reference.texts, hypothesis.texts)
    if all(pair.status == "hit" for pair in pairs) or not hypothesis.texts:
        return pairs
    first = tuple((i, j) for i, j, _ in pairs if i is not None and j is not None)
    return list(
        _add_unpaired_words(
            choose_nearest_pairs(reference, hypothesis, first), reference, hypothesis
        )
    )


def _add_unpaired_words(
    pairs: TokenPairs, reference: TimedTokens, hypothesis: TimedTokens
) -> Iterator[Pair]:
    """Yield the pairs, and the words between them, which have no partner."""
    i = j = 0
    for ref, hyp in (*pairs, (len(reference.texts), len(hypothesis.texts))):
        yield from (Pair(at, None, "deleted") for at in range(i, ref))
        yield from (Pair(None, at, "inserted") for at in range(j, hyp))
        if ref < len(reference.texts):
            hit = reference.texts[ref] == hypothesis.texts[hyp]
            yield Pair(ref, hyp, "hit" if hit else "substituted")
        i, j = ref + 1, hyp + 1


def count_word_errors(pairs: Sequence[Pair]) -> WordErrors:
    """Count the word errors of an alignment."""
    status = [pair.status for pair in pairs]
    return WordErrors(
        hits=status.count("hit"),
        substitutions=status.count("substituted"),
        deletions=status.count("deleted"),
        insertions=status.count("inserted"),
    )


def count_character_errors(reference: Sequence[str], hypothesis: Sequence[str]) -> CharErrors:
    """Count the character errors between two token sequences, as texts are written.

    One space stands between two tokens, but none beside a character of a script without spaces:
    a correct space between each two of its characters would halve the rate.
    """
    output = jiwer.process_characters(join_words(reference), join_words(hypothesis))
    return CharErrors(output.hits, output.substitutions, output.deletions, output.insertions)
