"""AL, LAAL and ATD: worked by hand, and against the peers' formulas."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.metrics.average_lagging import average_lagging, compute_laal
from streamwer.metrics.registry import WordDelays
from streamwer.metrics.token_delay import average_token_delay
from tests.metrics import peers

CHUNKS = st.lists(
    st.tuples(st.integers(1, 40), st.integers(1, 4), st.integers(0, 3000)), min_size=1
)
"""Tenths of a second of audio, words that followed them, milliseconds of compute."""


def play_chunks(chunks: list[tuple[int, int, int]]) -> tuple[list[int], list[int]]:
    """Each word's `delays` and `elapsed` as SimulEval logs them, in ms."""
    delays: list[int] = []
    elapsed: list[int] = []
    heard = spent = 0
    for tenths, words, compute in chunks:
        heard, spent = heard + 100 * tenths, spent + compute
        delays += [heard] * words
        elapsed += [heard + spent] * words
    return delays, elapsed


def token_delay(audio: list[float], delays: list[float]) -> float:
    return average_token_delay(WordDelays(audio, delays, source=0.0, words=0))


def test_a_system_that_repeats_each_word_when_it_ends_lags_by_one_word() -> None:
    # Four words in 2 s, one each half second: always 0.5 s behind the even transcript.
    assert average_lagging([0.5, 1.0, 1.5, 2.0], source=2.0, words=4) == pytest.approx(0.5)


def test_words_after_the_first_that_waited_for_the_end_do_not_count() -> None:
    # (0.5 + 2.0 − 0.5) / 2: the last two came with the second and are left out.
    assert average_lagging([0.5, 2.0, 2.0, 2.0], source=2.0, words=4) == pytest.approx(1.0)


def test_a_system_whose_first_word_comes_after_the_end_lags_by_all_of_it() -> None:
    assert average_lagging([2.5, 2.5, 2.6, 3.0], source=2.0, words=4) == 2.5


def test_saying_too_much_helps_al_but_not_laal() -> None:
    said = [0.5, 0.5, 1.0, 1.0, 1.5, 1.5]
    assert average_lagging(said, source=2.0, words=3) == pytest.approx(1.0 - 2 / 3 * 2.5)
    assert compute_laal(WordDelays(said, said, 2.0, 3)) == pytest.approx(1.0 - 2 / 6 * 2.5)


@pytest.mark.parametrize(
    ("said", "source", "words"),
    [([], 2.0, 4), ([1.0], 0.0, 4), ([1.0], 2.0, 0), ([math.nan], 2, 4)],
)
def test_where_there_is_nothing_to_lag_behind_there_is_no_figure(
    said: list[float], source: float, words: int
) -> None:
    assert math.isnan(average_lagging(said, source, words))


@given(CHUNKS, st.integers(1, 30), st.integers(1, 100))
def test_al_and_laal_are_simulevals(
    chunks: list[tuple[int, int, int]], reference: int, tenths: int
) -> None:
    source = 100 * tenths
    for logged in play_chunks(chunks):
        seconds = [each / 1000 for each in logged]
        al = peers.compute_lagging(logged, source, reference)
        laal = peers.compute_lagging(logged, source, max(reference, len(logged)))
        assert average_lagging(seconds, source / 1000, reference) == pytest.approx(al / 1000)
        assert compute_laal(
            WordDelays(seconds, seconds, source / 1000, reference)
        ) == pytest.approx(laal / 1000)


def test_one_word_for_each_stretch_of_speech_is_as_late_as_it_came() -> None:
    # Pseudo-words end at 0.3, 0.6 and 0.9; the words come 0.2, 0.3 and 0 s after them.
    assert token_delay([0.5, 0.9, 0.9], [0.5, 0.9, 0.9]) == pytest.approx(
        ((0.5 - 0.3) + (0.9 - 0.5) + (0.9 - 0.8)) / 3
    )


@given(CHUNKS)
def test_atd_is_simulevals_and_with_compute_that_of_a_queue(
    chunks: list[tuple[int, int, int]],
) -> None:
    delays, elapsed = play_chunks(chunks)
    heard = [each / 1000 for each in delays]
    free, emitted = 0, []
    for tenths, words, compute in chunks:
        arrived = 100 * tenths + (round(1000 * emitted_audio(emitted, heard)))
        free = max(arrived, free) + compute
        emitted += [free / 1000] * words
    assert token_delay(heard, heard) == pytest.approx(peers.token_delay(delays) / 1000)
    assert token_delay(heard, emitted) == pytest.approx(peers.token_delay(delays, elapsed) / 1000)


def emitted_audio(emitted: list[float], heard: list[float]) -> float:
    """The audio heard for the words that are there already, seconds."""
    return heard[len(emitted) - 1] if emitted else 0.0


def test_without_the_audio_heard_there_is_no_atd() -> None:
    assert math.isnan(token_delay([math.nan], [1.0]))
    assert math.isnan(token_delay([], []))
