"""A call put together: sentences with pauses and holds between them, over faint noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from streamwer.audio import samples_to_seconds, seconds_to_samples
from streamwer.audio.decoding import Samples
from streamwer.datasets.augmentation.dsp import create_generator, measure_speech_power
from streamwer.types import Word

SEED = 1
LEAD_S, PAUSE_S, TAIL_S = (0.4, 0.9), (0.3, 0.9), (0.5, 1.2)
"""Shortest and longest pause before, between and after the sentences; drawn evenly."""
LEVEL_DB = (-27.0, -21.0)
"""Lowest and highest level of the speech below full scale; drawn evenly for each call."""
FLOOR_DB = -62.0
"""Level of the noise of the line, white, from the first sample of a call to the last."""
PEAK = 0.9
_MARGIN_S = 0.03


@dataclass(frozen=True)
class Sentence:
    """A spoken sentence: 16 kHz samples, and its words in seconds from the first one."""

    samples: Samples
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Recording:
    """A call as it sounds, its words, and the span of each sentence's words in seconds."""

    samples: Samples
    words: tuple[Word, ...]
    spans: tuple[tuple[float, float], ...]


def trim_sentence(sentence: Sentence) -> Sentence:
    """Cut a sentence to its words, with a margin on either side that fades in and out."""
    margin = seconds_to_samples(_MARGIN_S)
    begin = max(0, seconds_to_samples(sentence.words[0].start) - margin)
    end = min(len(sentence.samples), seconds_to_samples(sentence.words[-1].end) + margin)
    signal = sentence.samples[begin:end].copy()
    fade = np.linspace(0, 1, margin, dtype=np.float32)
    signal[:margin] *= fade
    signal[-margin:] *= fade[::-1]
    return Sentence(signal, _shift(sentence.words, -samples_to_seconds(begin)))


def assemble_call(call_id: str, parts: Sequence[Sentence | float]) -> Recording:
    """Put a call together.

    Args:
        call_id: decides what chance does, together with the seed.
        parts: sentences, and among them seconds of a hold, in place of the pause there.
    """
    chance = create_generator(SEED, "call", call_id)
    pieces = [_make_silence(chance.uniform(*LEAD_S))]
    words: list[Word] = []
    spans = []
    for at, part in enumerate(parts):
        if not isinstance(part, Sentence):
            pieces.append(_make_silence(part))
            continue
        if at and isinstance(parts[at - 1], Sentence):
            pieces.append(_make_silence(chance.uniform(*PAUSE_S)))
        placed = _shift(part.words, samples_to_seconds(sum(map(len, pieces))))
        spans.append((placed[0].start, placed[-1].end))
        words += placed
        pieces.append(part.samples)
    pieces.append(_make_silence(chance.uniform(*TAIL_S)))
    signal = _set_level(np.concatenate(pieces), chance.uniform(*LEVEL_DB))
    return Recording(_add_floor(signal, chance), tuple(words), tuple(spans))


def _make_silence(duration: float) -> Samples:
    return np.zeros(seconds_to_samples(duration), np.float32)


def _shift(words: Sequence[Word], by: float) -> tuple[Word, ...]:
    return tuple(
        replace(word, start=round(word.start + by, 3), end=round(word.end + by, 3))
        for word in words
    )


def _set_level(signal: Samples, level_db: float) -> Samples:
    """The signal with its speech at a level, or as near to it as its peak allows."""
    gain = (10 ** (level_db / 10) / measure_speech_power(signal)) ** 0.5
    louder: Samples = signal * np.float32(min(gain, PEAK / np.max(np.abs(signal))))
    return louder


def _add_floor(signal: Samples, chance: np.random.Generator) -> Samples:
    noise = chance.standard_normal(len(signal), np.float32)
    return signal + np.float32(10 ** (FLOOR_DB / 20)) * noise
