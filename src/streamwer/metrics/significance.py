"""Whether a paired difference is shown, and whether one that matters is ruled out."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from streamwer.metrics import student
from streamwer.metrics.bootstrap import standard_errors
from streamwer.metrics.resampling import Floats, Settings, parts

EXACT_BLOCKS = 16
"""Blocks up to which every one of the 2^blocks sign changes is looked at."""
_ROUNDING = 1e-9


def sign_flip(excess: Floats, settings: Settings) -> Floats:
    """Two-sided p values of paired differences: if the systems were alike, signs would be chance.

    In each block the two systems' names may be swapped, which flips the sign of the block's
    difference and leaves its words; p is the share of such swaps whose total is at least as far
    from 0. Up to 16 blocks all swaps are counted; above, `settings.replicates` random ones and
    the observed one, so that p is never 0.

    Args:
        excess: errors of each system minus the baseline's per block, shape (systems, blocks).
        settings: replicates and seed; all systems see the same swaps.

    Returns:
        p of each system, shape (systems,). With n blocks it cannot be below 2 / 2^n.
    """
    blocks = excess.shape[1]
    exact = blocks <= EXACT_BLOCKS
    least = np.abs(excess.sum(axis=1)) - _ROUNDING * np.abs(excess).sum(axis=1)
    extreme, total = np.zeros(len(excess)), 0
    for signs in _all_signs(blocks) if exact else _random_signs(blocks, settings):
        extreme += (np.abs(signs @ excess.T) >= least).sum(axis=0)
        total += len(signs)
    found: Floats = extreme / total if exact else (1 + extreme) / (1 + total)
    return found


def _all_signs(blocks: int) -> Iterator[Floats]:
    """Every pattern of signs up to the sign of the whole, which an absolute value ignores."""
    free = max(blocks - 1, 0)
    bits = np.arange(2**free)[:, np.newaxis] >> np.arange(free) & 1
    yield np.hstack([np.ones((2**free, blocks - free)), 1.0 - 2.0 * bits])


def _random_signs(blocks: int, settings: Settings) -> Iterator[Floats]:
    rng = np.random.default_rng(settings.seed)
    for some in parts(blocks, settings.replicates):
        yield (1 - 2 * rng.integers(2, size=(some, blocks), dtype=np.int8)).astype(np.float64)


def holm(p: Floats) -> Floats:
    """Holm's step-down adjustment: the chance of even one false claim stays below the level.

    Args:
        p: p values of all comparisons that are looked at, shape (n,); NaN is no comparison.

    Returns:
        Adjusted p values in the same order; compare them with the level as they are.
    """
    adjusted = np.full(len(p), math.nan)
    order = np.argsort(p)[: np.count_nonzero(~np.isnan(p))]  # NaN sorts last
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def equivalence(excess: Floats, words: Floats, margin: float) -> Floats:
    """Two one-sided t tests (TOST): p is small where the difference is within ±margin.

    Args:
        excess: errors of each system minus the baseline's per block, shape (systems, blocks).
        words: reference words per block, shape (blocks,).
        margin: the smallest difference of rates that matters, in errors per word.

    Returns:
        p of each system, shape (systems,); NaN for fewer than two blocks or no words.
    """
    if len(words) < 2 or not words.sum():
        return np.full(len(excess), math.nan)
    values = excess.sum(axis=1) / words.sum()
    errors = standard_errors(excess, words)
    pairs = zip(values, errors, strict=True)
    return np.array([_outside(value, error, margin, len(words) - 1) for value, error in pairs])


def _outside(value: float, error: float, margin: float, freedom: int) -> float:
    """The larger p of the tests against −margin and +margin."""
    room = margin - abs(value)
    if not error:
        return float(room <= 0)
    return 1 - student.cdf(room / error, freedom)
