"""Resamples of whole blocks, drawn once for all systems that are compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_CELLS = 1_000_000
"""Counts held at once: 8 MB, whatever the number of blocks and replicates."""


@dataclass(frozen=True)
class Settings:
    """How intervals are made: resamples, seed, and the share of intervals that hold the truth."""

    replicates: int
    seed: int
    confidence: float

    @property
    def tails(self) -> tuple[float, float]:
        """The two quantiles that bound the interval."""
        return (1 - self.confidence) / 2, (1 + self.confidence) / 2


def resamples(blocks: int, settings: Settings) -> Iterator[Floats]:
    """How often each block is drawn in each resample, in parts of shape (some, blocks).

    The draws follow from the seed, the replicates and the number of blocks alone, so that
    two systems see the same resamples.
    """
    rng = np.random.default_rng(settings.seed)
    for some in parts(blocks, settings.replicates):
        drawn = rng.integers(blocks, size=(some, blocks))
        drawn += blocks * np.arange(some)[:, np.newaxis]
        counts = np.bincount(drawn.ravel(), minlength=some * blocks)
        yield counts.reshape(some, blocks).astype(np.float64)


def parts(columns: int, rows: int) -> Iterator[int]:
    """Rows split so that a part's table of so many columns stays small."""
    size = max(1, _CELLS // columns)
    for begin in range(0, rows, size):
        yield min(size, rows - begin)
