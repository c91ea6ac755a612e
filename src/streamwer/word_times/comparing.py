"""How far placed words are from where they are known to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from streamwer.errors import DatasetError
from streamwer.transcript import Reference


@dataclass(frozen=True)
class Distance:
    """Absolute errors of word ends and starts, seconds, over the words that were placed."""

    words: int
    placed: int
    end_median: float
    end_p95: float
    start_median: float
    start_p95: float

    def line(self) -> str:
        share = self.placed / self.words
        return (
            f"{self.placed} of {self.words} words placed ({share:.1%}); "
            f"word ends: median {1000 * self.end_median:.0f} ms, p95 {1000 * self.end_p95:.0f} ms "
            f"from where they are; word starts: median {1000 * self.start_median:.0f} ms, "
            f"p95 {1000 * self.start_p95:.0f} ms"
        )


def distance(truth: Sequence[Reference], placed: Sequence[Reference]) -> Distance:
    """Compare the words of the same recordings.

    Raises:
        DatasetError: no words were placed, or a recording has other words.
    """
    found = {reference.recording: reference.words for reference in placed if reference.words}
    errors: list[tuple[float, float]] = []
    for reference in truth:
        words = found.get(reference.recording)
        if words and len(words) != len(reference.words):
            raise DatasetError(f"'{reference.recording}': its words are not its transcript's")
        pairs = zip(words or (), reference.words, strict=False)
        errors += [(one.end - other.end, one.start - other.start) for one, other in pairs]
    if not errors:
        raise DatasetError("no words were placed: there is nothing to compare")
    ends, starts = np.abs(np.array(errors)).T
    return Distance(
        sum(len(reference.words) for reference in truth),
        len(errors),
        float(np.median(ends)),
        float(np.quantile(ends, 0.95)),
        float(np.median(starts)),
        float(np.quantile(starts, 0.95)),
    )
