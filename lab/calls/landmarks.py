"""How far a voice's sound is ahead of its phonemes' times, measured where both can be known.

At the edge between a voiceless fricative (s, ʃ) and a vowel or another sonorant, most of the energy
goes from below 3.5 kHz to above it, or back, within a few milliseconds. That moment is compared
with the time which the durations give to the edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lab.calls.synthesis import Phoneme, Speech
from streamwer.audio.decoding import SAMPLE_RATE, Samples

_FRICATIVES = frozenset("sʃ")
_SONORANTS = frozenset("aeiouæɑɔəɛɜɪʊʌɐɚᵻmnlɹwjŋ")
_MARKS = frozenset("ˈˌː")
_EDGE_HZ = 3500.0
_HOP, _FRAME, _FFT = 40, 160, 256
_BEFORE_S, _AFTER_S, _LIKELY_S = 0.25, 0.15, -0.05
"""The edge is looked for in this window around its nominal time, nearest to where it is likely."""
_RUN = 8  # frames on either side that must agree

Floats = NDArray[np.float64]


def measure_leads(speech: Speech) -> list[float]:
    """Heard minus nominal time of each edge within the words of a sentence, in seconds."""
    times, shares = _compute_high_shares(speech.samples)
    found = (
        (_find_edge(times, shares if rises else 1 - shares, at), at)
        for at, rises in _list_edges(speech.phonemes)
    )
    return [heard - at for heard, at in found if heard is not None]


def summarize_leads(leads: Sequence[float]) -> dict[str, float]:
    """Count edges, and give the quartiles of heard minus nominal time in milliseconds."""
    low, middle, high = np.quantile(1000 * np.array(leads), [0.25, 0.5, 0.75])
    return {
        "edges": len(leads),
        "lower_quartile_ms": round(float(low), 1),
        "median_ms": round(float(middle), 1),
        "upper_quartile_ms": round(float(high), 1),
    }


def _list_edges(phonemes: Sequence[Phoneme]) -> Iterator[tuple[float, bool]]:
    """Nominal times of edges within words, and whether the energy goes up there."""
    sounds = [phoneme for phoneme in phonemes if phoneme.symbol not in _MARKS]
    for one, other in pairwise(sounds):
        if one.symbol in _SONORANTS and other.symbol in _FRICATIVES:
            yield other.start, True
        elif one.symbol in _FRICATIVES and other.symbol in _SONORANTS:
            yield one.end, False


def _compute_high_shares(signal: Samples) -> tuple[Floats, Floats]:
    """Times of frames, and the share of the energy of each that is above the edge."""
    starts = np.arange(0, len(signal) - _FRAME, _HOP)
    frames = signal[starts[:, np.newaxis] + np.arange(_FRAME)] * np.hanning(_FRAME)
    power = np.abs(np.fft.rfft(frames, _FFT)) ** 2
    total = power.sum(axis=1)
    high = power[:, np.fft.rfftfreq(_FFT, 1 / SAMPLE_RATE) > _EDGE_HZ].sum(axis=1)
    return (starts + _FRAME / 2) / SAMPLE_RATE, high / (total + 1e-6 * total.max())


def _find_edge(times: Floats, shares: Floats, at: float) -> float | None:
    """When the share rises for good, nearest to where that is likely; None if it does not."""
    near = (times > at - _BEFORE_S) & (times < at + _AFTER_S)
    times, shares = times[near], shares[near]
    rises = np.flatnonzero((shares[:-1] < 0.5) & (shares[1:] >= 0.5))
    found = [
        float(times[index])
        for index in rises
        if shares[max(0, index - _RUN) : index + 1].mean() < 0.3
        and shares[index + 1 : index + 1 + _RUN].mean() > 0.7
    ]
    return min(found, key=lambda time: abs(time - at - _LIKELY_S), default=None)
