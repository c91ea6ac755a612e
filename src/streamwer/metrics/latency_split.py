"""Where the latency of a word went: waiting, held back, queued, computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamwer.types import Step

Floats = NDArray[np.float64]

PARTS = ("waiting", "held", "queued", "computed")


class Moments(NamedTuple):
    """Of each word: its end, and the moments of the step that committed it; shape (words,)."""

    end: Floats
    audio_end: Floats
    ready: Floats
    started: Floats
    committed: Floats


def split(words: Moments, steps: Sequence[Step]) -> dict[str, Floats]:
    """Four parts that add up to `committed − end`, in seconds, each of shape (words,).

    With h the first step that heard the word to its end, and c the one that committed it:
    waiting = max(ready_h, end) − end, held = max(ready_c, end) − max(ready_h, end),
    queued = start_c − max(ready_c, end), computed = emitted_c − start_c. A word that was committed
    before it was heard to its end has waiting = ready_c − end, which may be negative, and was not
    held. NaN where the word was not emitted or its end is not known.
    """
    known = np.isfinite(words.committed) & np.isfinite(words.end)
    heard = words.audio_end >= words.end
    with np.errstate(invalid="ignore"):
        wanted = np.where(heard, np.maximum(words.ready, words.end), words.ready)
        first = np.where(heard, np.maximum(_first_ready(words.end, steps), words.end), words.ready)
        parts = (
            first - words.end,
            wanted - first,
            words.started - wanted,
            words.committed - words.started,
        )
    return {name: np.where(known, part, np.nan) for name, part in zip(PARTS, parts, strict=True)}


def _first_ready(end: Floats, steps: Sequence[Step]) -> Floats:
    """When the first step that heard up to `end` was ready; NaN where none did."""
    audio = np.maximum.accumulate(np.array([*(step.audio_end for step in steps), np.inf]))
    ready = np.array([*(step.ready for step in steps), np.nan])
    found: Floats = ready[np.searchsorted(audio, end).clip(max=len(ready) - 1)]
    return found
