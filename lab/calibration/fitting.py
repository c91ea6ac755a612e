"""Fits the costs of recogniser calls to samples: non-negative least squares, stage by stage."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from lab.calibration.measuring import Sample
from streamwer.config import hardware
from streamwer.config.hardware import TERMS, CallCosts
from streamwer.errors import StreamwerError

Array = NDArray[np.float64]
_DIGITS, _LEAST = 4, 1e-4
_FLOOR = 0.2
"""Share of a stage's mean time below which errors weigh no more: microseconds of a call that takes
no time to speak of are nobody's concern."""


def fit(samples: Sequence[Sample]) -> CallCosts:
    """The costs that predict the samples best.

    Raises:
        StreamwerError: in no sample anything was decoded.
    """
    if not any(sample.effort.encodings for sample in samples):
        raise StreamwerError("nothing was decoded in any window: calibrate on calls with speech")
    costs = _fit_encoder(samples)
    for stage in TERMS:
        for name, cost in _fit_stage(stage, samples).items():
            setattr(costs, name, cost)
    return costs


def add_errors(costs: CallCosts, unseen: Sequence[Sample]) -> CallCosts:
    """The costs with their errors on samples that they were not fitted to.

    Args:
        unseen: those in which nothing was decoded are left out: they take next to no time.
    """
    decoded = [sample for sample in unseen if sample.effort.encodings]
    if not decoded:
        raise StreamwerError("nothing was decoded in any window that was kept to check the fit")
    predicted = np.array([hardware.predict_seconds(costs, sample.effort) for sample in decoded])
    measured = np.array([sample.compute.total for sample in decoded])
    errors = np.abs(predicted / measured - 1)
    return replace(
        costs,
        error_median=_round_cost(float(np.median(errors))),
        error_p95=_round_cost(float(np.quantile(errors, 0.95))),
        error_total=_round_cost(float(predicted.sum() / measured.sum() - 1)),
    )


def solve_non_negative(terms: Array, times: Array, weights: Array) -> Array:
    """Least squares with coefficients of at least 0, exactly, by trying every subset of terms.

    The solution is the unconstrained one on the terms that it does not set to 0 (Lawson & Hanson,
    *Solving Least Squares Problems*, 1974, ch. 23), and there are few terms.

    Args:
        terms: shape (samples, terms).
        times: shape (samples,).
        weights: of the samples' errors, shape (samples,).
    """
    count = terms.shape[1]
    best, least = np.zeros(count), float(np.sum((weights * times) ** 2))
    for size in range(1, count + 1):
        for chosen in map(list, combinations(range(count), size)):
            solved, *_ = np.linalg.lstsq(
                terms[:, chosen] * weights[:, None], times * weights, rcond=None
            )
            error = float(np.sum((weights * (terms[:, chosen] @ solved - times)) ** 2))
            # Terms that are multiples of one another fit alike: then the smaller set is kept.
            if (solved >= 0).all() and error < least * (1 - 1e-9):
                best, least = np.zeros(count), error
                best[chosen] = solved
    return best


def _fit_stage(stage: str, samples: Sequence[Sample]) -> dict[str, float]:
    known = TERMS[stage]
    names = [f"{stage}_{name}" for name in known]
    terms = np.array([[term(s.effort) for term in known.values()] for s in samples], float)
    times = np.array([getattr(sample.compute, stage) for sample in samples]) * 1e6
    happened = terms.any(axis=1) & (times > 0)
    if not happened.any():
        return dict.fromkeys(names, 0.0)
    terms, times = terms[happened], times[happened]
    weights = 1 / np.maximum(times, _FLOOR * times.mean())
    scale = np.maximum(terms.max(axis=0), 1)  # products of counts are large: keep it well posed
    solved = solve_non_negative(terms / scale, times, weights) / scale
    return dict(zip(names, map(_round_cost, solved.tolist()), strict=True))


def _fit_encoder(samples: Sequence[Sample]) -> CallCosts:
    """The encoder's curve: the median of each length that it heard."""
    known: dict[int, list[float]] = {}
    alone = [sample for sample in samples if sample.effort.encodings == 1]
    for sample in alone or [sample for sample in samples if sample.effort.encodings]:
        count = sample.effort.encodings
        frames = round(sample.effort.encoder_frames / count)
        known.setdefault(frames, []).append(sample.compute.encode / count * 1e6)
    lengths = sorted(known)
    return CallCosts(
        encode_frames=lengths,
        encode_us=[_round_cost(float(np.median(known[frames]))) for frames in lengths],
    )


def _round_cost(value: float) -> float:
    """To so many digits that the rest is noise; 0 for what would need an exponent in YAML."""
    if abs(value) < _LEAST:
        return 0.0
    return round(value, _DIGITS - 1 - math.floor(math.log10(abs(value))))
