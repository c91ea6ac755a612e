"""Kept features are those that faster-whisper would compute, and are computed once."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor
from hypothesis import given
from hypothesis import strategies as st

from streamwer.audio import HOP
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.recognisers.log_mel import LogMel

EXTRACTOR = FeatureExtractor()
MINUTE = 60 * SAMPLE_RATE


def sound() -> Samples:
    """A minute with loud and faint spells and some digital zero, so that floors move."""
    rng = np.random.default_rng(0)
    loudness = rng.choice([0.0, 1e-4, 0.01, 0.3], 240).repeat(SAMPLE_RATE // 4)
    return (loudness * rng.standard_normal(MINUTE)).astype(np.float32)


SOUND = sound()


class Counted(LogMel):
    """Counts the frames that are transformed."""

    frames = 0

    def _log(self, frames: Samples) -> np.ndarray:
        self.frames += len(frames)
        return super()._log(frames)


def whole(start: int, end: int) -> np.ndarray:
    return EXTRACTOR(SOUND[start:end])[:, :-1]


def assert_same(features: np.ndarray, start: int, end: int) -> None:
    expected = whole(start, end)
    assert features.shape == expected.shape == (80, (end - start) // HOP)
    np.testing.assert_allclose(features, expected, rtol=0, atol=1e-4)


moves = st.lists(
    st.tuples(
        st.one_of(
            st.integers(0, 200).map(lambda hops: hops * HOP),  # on the grid
            st.integers(0, 5_000),  # off it
            st.integers(80_000, 200_000),  # past all that was heard
        ),
        st.one_of(st.integers(0, 4_000), st.integers(8_000, 3 * SAMPLE_RATE)),
    ),
    min_size=1,
    max_size=8,
)


@given(moves)
def test_windows_that_move_forward_have_the_features_of_a_full_recomputation(
    steps: list[tuple[int, int]],
) -> None:
    kept, start = LogMel(EXTRACTOR.mel_filters), 0
    for onward, length in steps:
        start = min(start + onward, MINUTE)
        end = min(start + length, MINUTE)
        assert_same(kept.compute_window(SOUND[start:end], start), start, end)


@pytest.mark.parametrize("length", [0, 1, 2, 159, 160, 200, 201, 400, 1999, 2000, 2001, 2159, 2161])
def test_the_shortest_windows_are_no_exception(length: int) -> None:
    kept = LogMel(EXTRACTOR.mel_filters)
    for start in (0, 160, 1_000_000 // 7):
        assert_same(
            kept.compute_window(SOUND[start : start + length], start), start, start + length
        )


def test_a_window_before_the_last_one_starts_afresh() -> None:
    kept = LogMel(EXTRACTOR.mel_filters)
    for start in (32_000, 0, 16_000):
        assert_same(
            kept.compute_window(SOUND[start : start + 48_000], start), start, start + 48_000
        )


@pytest.mark.parametrize("begin", [0, 77], ids=["on the grid", "off the grid"])
def test_a_growing_window_computes_only_what_is_new(begin: int) -> None:
    kept = Counted(EXTRACTOR.mel_filters)
    for end in range(begin + SAMPLE_RATE, begin + 20 * SAMPLE_RATE, 8_000):
        before = kept.frames
        kept.compute_window(SOUND[begin:end], begin)
    edges = 5  # two frames at its beginning, three or fewer at its end
    assert kept.frames - before <= 8_000 // HOP + edges
    steps = len(range(SAMPLE_RATE, 20 * SAMPLE_RATE, 8_000))
    assert kept.frames <= (end - begin) // HOP + steps * edges


def test_a_sliding_window_computes_only_what_is_new() -> None:
    kept = Counted(EXTRACTOR.mel_filters)
    kept.compute_window(SOUND[: 3 * SAMPLE_RATE], 0)
    for start in range(HOP, 20 * SAMPLE_RATE, 10 * HOP):
        before = kept.frames
        kept.compute_window(SOUND[start : start + 3 * SAMPLE_RATE], start)
        assert kept.frames - before <= 10 + 5


def test_what_a_shorter_window_leaves_out_is_kept_for_the_next() -> None:
    kept = Counted(EXTRACTOR.mel_filters)
    for end in (8, 3, 8):
        before = kept.frames
        kept.compute_window(SOUND[: end * SAMPLE_RATE], 0)
    assert kept.frames - before <= 5


def test_an_hour_of_moving_windows_takes_the_memory_of_one() -> None:
    kept, length = LogMel(EXTRACTOR.mel_filters), 5 * SAMPLE_RATE
    kept.compute_window(SOUND[:length], 0)
    tracemalloc.start()
    for second in range(4, 3600, 4):
        at = second % 52 * SAMPLE_RATE
        kept.compute_window(SOUND[at : at + length], second * SAMPLE_RATE)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 2 * 80 * 4 * length / HOP
