"""Measure the errors of word times against known ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from streamwer.errors import DatasetError
from streamwer.formats.word_times import extract_letters
from streamwer.types import Reference, Word


@dataclass(frozen=True)
class TimingErrors:
    """Errors of word ends and starts over the aligned words, seconds.

    Attributes:
        words: number of words with known times.
        placed: number of those that were aligned.
        end_median: absolute error, like all but the biases.
        end_bias: median signed error; below 0 where words end too early.
        last_bias: the same for the last word of each recording.
    """

    words: int
    placed: int
    end_median: float
    end_p95: float
    start_median: float
    start_p95: float
    end_bias: float
    last_bias: float

    def format_line(self) -> str:
        share = self.placed / self.words
        return (
            f"{self.placed} of {self.words} words placed ({share:.1%}); "
            f"word ends: median {1000 * self.end_median:.0f} ms, p95 {1000 * self.end_p95:.0f} ms "
            f"from where they are, signed {1000 * self.end_bias:+.0f} ms, of last words "
            f"{1000 * self.last_bias:+.0f} ms (below 0 is early); word starts: median "
            f"{1000 * self.start_median:.0f} ms, p95 {1000 * self.start_p95:.0f} ms"
        )


def measure_timing_errors(truth: Sequence[Reference], aligned: Sequence[Reference]) -> TimingErrors:
    """Compare word times with the known ones of the same recordings.

    Raises:
        DatasetError: no words were placed, or a recording has other words.
    """
    words_by_id = {reference.recording: reference.words for reference in aligned if reference.words}
    by_recording = [
        _measure_word_errors(reference, words_by_id[reference.recording])
        for reference in truth
        if reference.recording in words_by_id
    ]
    errors = [error for each in by_recording for error in each]
    if not errors:
        raise DatasetError("no words were placed: there is nothing to compare")
    signed = np.array(errors)[:, 0]
    ends, starts = np.abs(np.array(errors)).T
    return TimingErrors(
        sum(len(reference.words) for reference in truth),
        len(errors),
        float(np.median(ends)),
        float(np.quantile(ends, 0.95)),
        float(np.median(starts)),
        float(np.quantile(starts, 0.95)),
        float(np.median(signed)),
        float(np.median([each[-1][0] for each in by_recording if each])),
    )


def _measure_word_errors(
    reference: Reference, aligned: Sequence[Word]
) -> list[tuple[float, float]]:
    """Return the end and start errors of each word; it may match several single characters."""
    begins = {begin: word.start for begin, _, word in _iterate_positions(aligned)}
    ends = {end: word.end for _, end, word in _iterate_positions(aligned)}
    try:
        return [
            (ends[end] - word.end, begins[begin] - word.start)
            for begin, end, word in _iterate_positions(reference.words)
        ]
    except KeyError:
        raise DatasetError(f"'{reference.recording}': its words are not its transcript's") from None


def _iterate_positions(words: Sequence[Word]) -> Iterator[tuple[int, int, Word]]:
    """Iterate over words with their first and last letter positions; skip those without letters."""
    end = 0
    for word in words:
        begin, end = end, end + len(extract_letters(word.text))
        if begin < end:
            yield begin, end, word
