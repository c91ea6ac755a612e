"""espeak-ng's word times are those of the sound."""

from __future__ import annotations

import ctypes
from itertools import pairwise

import numpy as np
import pytest

from lab.reference.speech import SAMPLE_RATE, Voice, speak
from lab.reference.voices import CORPUS_VARIANTS, corpus_voices
from streamwer.errors import DatasetError

pytest.importorskip("soxr", reason="soxr (extra `train`) is not installed")
try:
    ctypes.CDLL("libespeak-ng.so.1")
except OSError:
    pytest.skip("espeak-ng is not installed", allow_module_level=True)

VOICE = Voice("en-us+Hugo", 160, 50, 50)


def test_words_are_in_order_and_inside_the_sound() -> None:
    speech = speak("good morning, this is emma speaking, how can i help you", VOICE)
    assert [word.text for word in speech.words] == (
        "good morning this is emma speaking how can i help you".split()
    )
    times = [time for word in speech.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert times[-1] <= speech.seconds + 0.001
    assert speech.samples.dtype == np.float32


def test_word_edges_are_audible() -> None:
    speech = speak("monday, yellow, number", VOICE)
    loud = np.convolve(speech.samples**2, np.full(80, 1 / 80), "same")
    sounding = np.flatnonzero(loud > loud.max() * 1e-4) / SAMPLE_RATE
    for before, after in pairwise(speech.words):
        assert after.start > before.end  # the pause belongs to no word
        pause = (before.end + after.start) / 2
        last, first = sounding[sounding < pause].max(), sounding[sounding > pause].min()
        assert abs(last - before.end) < 0.05
        assert abs(first - after.start) < 0.05


def test_run_together_words_are_marked() -> None:
    exact = {word.text: word.exact for word in speak("the code on the watch", VOICE).words}
    assert exact["code"]
    assert not exact["on"]


def test_same_words_same_sound() -> None:
    first, second = (speak("my account number is nine", VOICE) for _ in range(2))
    assert first.words == second.words
    assert np.array_equal(first.samples, second.samples)


@pytest.mark.parametrize("variant", CORPUS_VARIANTS)
def test_corpus_voice_exists(variant: str) -> None:
    """espeak-ng speaks the bare accent, a training voice, when it lacks a variant."""
    bare = speak("hello", Voice("en-us", 160, 50, 50)).samples
    voiced = speak("hello", Voice(f"en-us+{variant}", 160, 50, 50)).samples
    assert len(bare) != len(voiced) or not np.allclose(bare, voiced, atol=1e-3)


def test_corpus_voices_differ_and_are_repeatable() -> None:
    voices = corpus_voices(24, seed=7)
    assert voices == corpus_voices(24, seed=7)
    assert len({voice.name for voice in voices}) == 24
    with pytest.raises(DatasetError, match="corpus voices"):
        corpus_voices(1000, seed=7)
