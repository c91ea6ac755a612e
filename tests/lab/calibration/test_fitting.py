"""The fit finds costs that are known, through noise, and never one below 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.calibration import fitting
from lab.calibration.measuring import Sample
from streamwer.config import hardware
from streamwer.config.hardware import STAGES, CallCosts
from streamwer.errors import StreamwerError
from streamwer.types import StageTimes, WorkCounters

TRUE = CallCosts(
    listen_call=30.0,
    listen_frame=110.0,
    features_call=80.0,
    features_frame=5.5,
    features_window_frame=0.4,
    encode_frames=[200, 400, 1_000, 3_000],
    encode_us=[2_000.0, 5_000.0, 14_000.0, 90_000.0],
    decode_call=900.0,
    decode_prompt_token=25.0,
    decode_token=700.0,
    decode_frame=2.0,
    decode_token_frame=0.3,
    align_call=1_000.0,
    align_token=60.0,
    align_frame=2.5,
    align_token_frame=0.05,
    other_call=20.0,
    other_encoding=250.0,
    other_token=15.0,
)


def efforts(count: int, seed: int) -> list[WorkCounters]:
    """One call in four only listens."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(count):
        heard = WorkCounters(listened_frames=int(rng.integers(1, 300)))
        if i % 4:
            tokens = int(rng.integers(1, 60))
            heard = replace(
                heard,
                encoder_frames=int(rng.choice(TRUE.encode_frames)),
                prompt_tokens=int(rng.integers(2, 90)),
                decoded_tokens=tokens,
                fallbacks=int(rng.random() < 0.1),
                feature_frames=int(rng.integers(50, 1_000)),
                encodings=1,
                aligned_tokens=tokens - int(rng.integers(0, 2)),
            )
        found.append(heard)
    return found


def samples(count: int, seed: int, noise: float = 0.0, slower: float = 1.0) -> list[Sample]:
    """Calls that cost what `TRUE` says, give or take."""
    rng = np.random.default_rng(seed + 1)
    return [
        Sample(
            effort,
            StageTimes(
                **{
                    stage: slower
                    * hardware.predict_stage_us(TRUE, effort, stage)
                    * rng.lognormal(0, noise)
                    / 1e6
                    for stage in STAGES
                }
            ),
        )
        for effort in efforts(count, seed)
    ]


def test_without_noise_the_costs_are_found_again() -> None:
    fitted = fitting.fit(samples(400, seed=1))
    assert fitted.encode_frames == TRUE.encode_frames
    assert fitted.encode_us == pytest.approx(TRUE.encode_us, rel=1e-3)
    names = [f"{stage}_{name}" for stage, terms in hardware.TERMS.items() for name in terms]
    found = [getattr(fitted, name) for name in names]
    assert found == pytest.approx([getattr(TRUE, name) for name in names], rel=2e-3)


def test_through_noise_the_time_of_calls_is_found_again() -> None:
    fitted = fitting.fit(samples(800, seed=2, noise=0.15))
    for effort in efforts(200, seed=3):
        now, true = (hardware.predict_seconds(costs, effort) for costs in (fitted, TRUE))
        assert now == pytest.approx(true, rel=0.1, abs=1e-3)


def test_the_errors_are_those_of_the_calls_that_decode() -> None:
    """All of them 25 % slower than the fit: 1 / 1.25 − 1 = −20 %."""
    fitted = fitting.add_errors(TRUE, samples(100, seed=4, slower=1.25))
    errors = fitted.error_median, fitted.error_p95, fitted.error_total
    assert errors == pytest.approx((0.2, 0.2, -0.2), abs=1e-3)


@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 30))
def test_non_negative_least_squares_meet_their_conditions(seed: int, terms: int, rows: int) -> None:
    """Karush, Kuhn and Tucker: x ≥ 0, and the gradient is 0 where x > 0 and ≥ 0 elsewhere."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(rows + terms, terms)), rng.normal(size=rows + terms)
    weights = rng.uniform(0.5, 2, rows + terms)
    x = fitting.solve_non_negative(a, b, weights)
    gradient = a.T @ (weights**2 * (a @ x - b))
    assert (x >= 0).all()
    assert gradient[x > 0] == pytest.approx(np.zeros(int((x > 0).sum())), abs=1e-7)
    assert (gradient[x == 0] >= -1e-7).all()


def test_calls_without_speech_cannot_be_fitted() -> None:
    with pytest.raises(StreamwerError, match="calibrate on calls with speech"):
        fitting.fit([Sample(WorkCounters(listened_frames=3), StageTimes(listen=1e-3))])
