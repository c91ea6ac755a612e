"""How far placed words are from where they are known to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from streamwer.errors import DatasetError
from streamwer.formats.word_times import letters
from streamwer.types import Reference, Word


@dataclass(frozen=True)
class Distance:
    """Errors of word ends and starts, seconds, over the words that were placed.

    Attributes:
        end_median: absolute, as all but the biases.
        end_bias: signed: below 0 where words are placed early.
        last_bias: the same of each recording's last word.
    """

    words: int
    placed: int
    end_median: float
    end_p95: float
    start_median: float
    start_p95: float
    end_bias: float
    last_bias: float

    def line(self) -> str:
        share = self.placed / self.words
        return (
            f"{self.placed} of {self.words} words placed ({share:.1%}); "
            f"word ends: median {1000 * self.end_median:.0f} ms, p95 {1000 * self.end_p95:.0f} ms "
            f"from where they are, signed {1000 * self.end_bias:+.0f} ms, of last words "
            f"{1000 * self.last_bias:+.0f} ms (below 0 is early); word starts: median "
            f"{1000 * self.start_median:.0f} ms, p95 {1000 * self.start_p95:.0f} ms"
        )


def distance(truth: Sequence[Reference], placed: Sequence[Reference]) -> Distance:
    """Compare the words of the same recordings.

    Raises:
        DatasetError: no words were placed, or a recording has other words.
    """
    found = {reference.recording: reference.words for reference in placed if reference.words}
    by_recording = [
        _errors(reference, found[reference.recording])
        for reference in truth
        if reference.recording in found
    ]
    errors = [error for each in by_recording for error in each]
    if not errors:
        raise DatasetError("no words were placed: there is nothing to compare")
    signed = np.array(errors)[:, 0]
    ends, starts = np.abs(np.array(errors)).T
    return Distance(
        sum(len(reference.words) for reference in truth),
        len(errors),
        float(np.median(ends)),
        float(np.quantile(ends, 0.95)),
        float(np.median(starts)),
        float(np.quantile(starts, 0.95)),
        float(np.median(signed)),
        float(np.median([each[-1][0] for each in by_recording if each])),
    )


def _errors(reference: Reference, placed: Sequence[Word]) -> list[tuple[float, float]]:
    """Of each known word; it may be several that were placed, where each character is one."""
    begins = {begin: word.start for begin, _, word in _counted(placed)}
    ends = {end: word.end for _, end, word in _counted(placed)}
    try:
        return [
            (ends[end] - word.end, begins[begin] - word.start)
            for begin, end, word in _counted(reference.words)
        ]
    except KeyError:
        raise DatasetError(f"'{reference.recording}': its words are not its transcript's") from None


def _counted(words: Sequence[Word]) -> Iterator[tuple[int, int, Word]]:
    """The words with the letters before them and up to their ends; one without any is left out."""
    end = 0
    for word in words:
        begin, end = end, end + len(letters(word.text))
        if begin < end:
            yield begin, end, word
