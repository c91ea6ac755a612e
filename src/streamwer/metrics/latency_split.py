"""Split of a word's commit latency: waiting, held back, queued, computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamwer.types import Step

Floats = NDArray[np.float64]

PARTS = ("waiting", "held", "queued", "computed")


class CommitTimes(NamedTuple):
    """The end of each word, and the times of the step that committed it; shape (words,)."""

    end: Floats
    audio_end: Floats
    ready: Floats
    started: Floats
    committed: Floats


def split_latency(words: CommitTimes, steps: Sequence[Step]) -> dict[str, Floats]:
    """Split `committed − end` into four parts, in seconds, each of shape (words,).

    With h the first step that heard the word to its end, and c the one that committed it:
    waiting = max(ready_h, end) − end, held = max(ready_c, end) − max(ready_h, end),
    queued = start_c − max(ready_c, end), computed = emitted_c − start_c. A word that was committed
    before it was heard to its end has waiting = ready_c − end, which may be negative, and was not
    held. NaN where the word was not emitted or its end is not known.
    """
    known = np.isfinite(words.committed) & np.isfinite(words.end)
    complete = words.audio_end >= words.end
    with np.errstate(invalid="ignore"):
        ready = np.where(complete, np.maximum(words.ready, words.end), words.ready)
        first = np.where(
            complete, np.maximum(_find_first_ready(words.end, steps), words.end), words.ready
        )
        parts = (
            first - words.end,
            ready - first,
            words.started - ready,
            words.committed - words.started,
        )
    return {name: np.where(known, part, np.nan) for name, part in zip(PARTS, parts, strict=True)}


def _find_first_ready(end: Floats, steps: Sequence[Step]) -> Floats:
    """Return when the first step that heard up to `end` was ready; NaN where none did."""
    audio = np.maximum.accumulate(np.array([*(step.audio_end for step in steps), np.inf]))
    ready = np.array([*(step.ready for step in steps), np.nan])
    found: Floats = ready[np.searchsorted(audio, end).clip(max=len(ready) - 1)]
    return found
