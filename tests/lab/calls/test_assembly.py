"""Calls are put together from sentences, pauses and holds, and the words keep their places."""

from __future__ import annotations

import numpy as np

from lab.calls.assembly import FLOOR_DB, PEAK, Sentence, assemble_call, trim_sentence
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.types import Word

HOLD_S = 20.0


def tone(duration: float) -> Samples:
    times = np.arange(round(duration * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.3 * np.sin(2 * np.pi * 220 * times)).astype(np.float32)


def sentence(text: str = "yes", silence_s: float = 0.5) -> Sentence:
    """One word of a second's tone with silence around it, as a voice gives it."""
    quiet = np.zeros(round(silence_s * SAMPLE_RATE), np.float32)
    word = Word(text, silence_s, silence_s + 1)
    return trim_sentence(Sentence(np.concatenate([quiet, tone(1), quiet]), (word,)))


def level_db(signal: Samples) -> float:
    return float(10 * np.log10(np.mean(np.square(signal, dtype=np.float64))))


def part(signal: Samples, start: float, end: float) -> Samples:
    return signal[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]


def test_a_sentence_is_cut_to_its_words() -> None:
    cut = sentence()
    assert cut.words == (Word("yes", 0.03, 1.03),)
    assert len(cut.samples) == round(1.06 * SAMPLE_RATE)


def test_words_are_where_the_sound_is() -> None:
    call = assemble_call("a", [sentence("yes"), sentence("no")])
    for word in call.words:
        assert level_db(part(call.samples, word.start + 0.05, word.end - 0.05)) > -30
        assert level_db(part(call.samples, word.start - 0.03, word.start - 0.005)) < -50
        assert level_db(part(call.samples, word.end + 0.005, word.end + 0.03)) < -50


def test_a_hold_stands_in_place_of_the_pause_over_faint_noise() -> None:
    call = assemble_call("a", [sentence("yes"), HOLD_S, sentence("no")])
    first, last = call.words
    assert 0 <= last.start - first.end - HOLD_S < 0.1
    hold = part(call.samples, first.end + 0.1, last.start - 0.1)
    assert abs(level_db(hold) - FLOOR_DB) < 0.2


def test_spans_are_those_of_the_sentences() -> None:
    call = assemble_call("a", [sentence("yes"), HOLD_S, sentence("no")])
    assert call.spans == tuple((word.start, word.end) for word in call.words)


def test_the_same_call_sounds_the_same_and_another_does_not() -> None:
    parts = [sentence("yes"), sentence("no")]
    one, same, other = (assemble_call(name, parts) for name in ("a", "a", "b"))
    assert np.array_equal(one.samples, same.samples)
    assert one.words == same.words
    assert one.words != other.words


def test_a_peak_is_not_clipped() -> None:
    click = sentence()
    click.samples[8000] = 60.0
    assert np.max(np.abs(assemble_call("a", [click]).samples)) < PEAK + 0.01
