"""Filters: convolution in bounded memory, and the bands of a line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamwer.audio.decoding import SAMPLE_RATE, Samples

Floats = NDArray[np.float64]

_BLOCK = 1 << 16
_TAPS = 1025
"""Samples of a band's filter: its edges are 50 Hz wide, below and above."""


def convolve(signal: NDArray[Any], kernel: Floats, begin: int = 0) -> Samples:
    """Samples [begin, begin + n) of a convolution, float32, for a signal of n samples.

    By overlap-add, a minute or less at a time: an hour of audio needs no more memory.
    """
    size = 1 << int(max(_BLOCK, 4 * len(kernel)) - 1).bit_length()
    step = size - len(kernel) + 1
    spectrum = np.fft.rfft(kernel, size)
    out = np.zeros(len(signal), np.float32)
    tail = np.zeros(size - step)
    for at in range(0, len(signal) + begin, step):
        part = np.fft.irfft(np.fft.rfft(signal[at : at + step], size) * spectrum, size)
        part[: len(tail)] += tail
        tail = part[step:]
        first = max(begin - at, 0)  # of the part, whose sample k is sample at + k - begin
        kept = part[first : max(first, min(step, len(signal) + begin - at))]
        out[at + first - begin : at + first - begin + len(kept)] = kept
    return out


def band(signal: Samples, low_hz: float, high_hz: float) -> Samples:
    """What a line lets through: a linear-phase filter, centred, so that nothing comes later.

    Half of the amplitude is left at the edges; 0 and half the sampling rate are no edges.
    """
    nyquist = SAMPLE_RATE / 2
    if low_hz <= 0 and high_hz >= nyquist:
        return signal
    kernel = _lowpass(min(high_hz, nyquist)) - _lowpass(max(low_hz, 0.0))
    return convolve(signal, kernel, _TAPS // 2)


def _lowpass(edge_hz: float) -> Floats:
    """A windowed sinc of unit gain at 0 Hz (Blackman window: 74 dB down beyond the edge)."""
    if edge_hz <= 0:
        return np.zeros(_TAPS)
    at = np.arange(_TAPS) - _TAPS // 2
    kernel: Floats = np.sinc(2 * edge_hz / SAMPLE_RATE * at) * np.blackman(_TAPS)
    unit: Floats = kernel / kernel.sum()
    return unit
