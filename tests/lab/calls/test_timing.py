"""Word times come from phoneme durations, and beside a pause from what is heard."""

from __future__ import annotations

import numpy as np
import pytest

from lab.calls.landmarks import measure_leads, summarize_leads
from lab.calls.synthesis import Phoneme, Speech
from lab.calls.timing import time_words
from streamwer.audio.decoding import SAMPLE_RATE, Samples

LEAD_S = 0.05


def sound(*stretches: tuple[float, float]) -> Samples:
    """Stretches of seconds and amplitudes, one after the other."""
    chance = np.random.default_rng(1)
    parts = [
        amplitude * chance.standard_normal(round(duration * SAMPLE_RATE))
        for duration, amplitude in stretches
    ]
    return np.concatenate(parts).astype(np.float32)


def phonemes(*edges: tuple[str, float, float]) -> tuple[Phoneme, ...]:
    return tuple(Phoneme(*edge) for edge in edges)


def test_words_that_run_into_each_other_meet_a_quarter_into_the_space() -> None:
    spoken = phonemes(("a", 0.15, 0.43), (" ", 0.43, 0.51), ("i", 0.51, 0.75), (".", 0.75, 1.0))
    speech = Speech(sound((0.1, 0), (0.6, 0.1), (0.3, 0)), spoken)
    one, other = time_words("ah it.", speech, LEAD_S)
    assert (one.start, one.end, other.start, other.end) == (0.1, 0.4, 0.4, 0.7)


def test_a_pause_belongs_to_neither_word() -> None:
    spoken = phonemes(
        ("a", 0.15, 0.6), (",", 0.6, 0.7), (" ", 0.7, 0.75), ("i", 0.75, 1.05), (".", 1.05, 1.3)
    )
    speech = Speech(sound((0.1, 0), (0.3, 0.1), (0.3, 0), (0.3, 0.1), (0.3, 0)), spoken)
    one, other = time_words("ah, it.", speech, LEAD_S)
    assert (one.start, one.end, other.start, other.end) == (0.1, 0.4, 0.7, 1.0)


def test_a_comma_without_a_pause_is_an_edge_like_any_other() -> None:
    spoken = phonemes(
        ("a", 0.15, 0.4), (",", 0.4, 0.44), (" ", 0.44, 0.48), ("i", 0.48, 0.75), (".", 0.75, 1.0)
    )
    speech = Speech(sound((0.1, 0), (0.6, 0.1), (0.3, 0)), spoken)
    one, other = time_words("ah, it.", speech, LEAD_S)
    assert (one.end, other.start) == (0.4, 0.4)


def test_a_pause_that_no_comma_asks_for_is_one_too() -> None:
    spoken = phonemes(("a", 0.15, 0.7), (" ", 0.7, 0.75), ("i", 0.75, 1.05), (".", 1.05, 1.3))
    speech = Speech(sound((0.1, 0), (0.3, 0.1), (0.3, 0), (0.3, 0.1), (0.3, 0)), spoken)
    one, other = time_words("ah it.", speech, LEAD_S)
    assert (one.end, other.start) == (0.4, 0.7)


def test_a_closure_between_words_is_no_pause() -> None:
    spoken = phonemes(("a", 0.15, 0.45), (" ", 0.45, 0.45), ("p", 0.45, 0.85), (".", 0.85, 1.0))
    speech = Speech(sound((0.1, 0), (0.3, 0.1), (0.1, 0), (0.3, 0.1), (0.3, 0)), spoken)
    one, other = time_words("ah up.", speech, LEAD_S)
    assert (one.end, other.start) == (0.4, 0.4)


def test_a_short_word_between_two_pauses_keeps_its_order() -> None:
    spoken = phonemes(
        ("a", 0.15, 0.6),
        (",", 0.6, 0.7),
        (" ", 0.7, 0.75),
        ("ʌ", 0.6, 0.9),
        (",", 0.9, 0.95),
        (" ", 0.95, 1.0),
        ("i", 1.0, 1.3),
        (".", 1.3, 1.5),
    )
    silence, speech = (0.4, 0.0), (0.2, 0.1)
    parts = [(0.1, 0), (0.2, 0.1), silence, (0.1, 0.1), (0.1, 0), speech, (0.3, 0)]
    words = time_words("ah, uh, it.", Speech(sound(*parts), spoken), LEAD_S)
    assert [(word.start, word.end) for word in words] == [(0.1, 0.3), (0.7, 0.8), (0.9, 1.1)]


def test_another_number_of_words_is_an_error() -> None:
    speech = Speech(sound((0.5, 0.1)), phonemes(("a", 0.1, 0.5)))
    with pytest.raises(ValueError, match="zip"):
        time_words("two words", speech, LEAD_S)


def test_the_lead_is_measured_at_fricatives() -> None:
    times = np.arange(round(0.3 * SAMPLE_RATE)) / SAMPLE_RATE
    vowel = (0.3 * np.sin(2 * np.pi * 200 * times)).astype(np.float32)
    hiss = np.diff(sound((0.3, 0.3)), n=3, append=[0, 0, 0]).astype(np.float32)
    spoken = phonemes(("a", 0.05, 0.35), ("s", 0.35, 0.65), ("i", 0.65, 0.95))
    leads = measure_leads(Speech(np.concatenate([vowel, hiss, vowel]), spoken))
    assert leads == pytest.approx([-0.05, -0.05], abs=0.006)
    assert summarize_leads(leads)["edges"] == 2
    assert summarize_leads(leads)["median_ms"] == pytest.approx(-50, abs=6)
