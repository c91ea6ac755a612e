"""Signal processing that effects share: filters, resampling, levels, random numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from av import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from streamwer.audio import concatenate_pieces, seconds_to_samples
from streamwer.audio.decoding import SAMPLE_RATE, Samples

Floats = NDArray[np.float64]

_BLOCK = 1 << 16
_TAPS = 1025
"""Length of a band's filter, samples: its edges are 50 Hz wide, below and above."""
_FRAME = seconds_to_samples(0.02)
_FRAMES = 4096
"""Frames of which the power is computed at once."""
_RANGE_DB = 30.0
"""A frame this far below the loudest one is a pause."""


def create_generator(seed: int, purpose: str, recording: str) -> np.random.Generator:
    """Create the random numbers of one recording: the same on every run.

    Args:
        seed: from the configuration.
        purpose: so that two effects with one seed draw different numbers.
        recording: its id.
    """
    key = hashlib.sha256(f"{seed}\0{purpose}\0{recording}".encode()).digest()
    return np.random.default_rng(int.from_bytes(key[:16]))


def convolve(signal: NDArray[Any], kernel: Floats, begin: int = 0) -> Samples:
    """Convolve a signal with a filter by overlap-add, in bounded memory.

    Args:
        signal: shape (n,).
        kernel: impulse response, shape (k,).
        begin: first sample of the full convolution to return; k // 2 centres a filter.

    Returns:
        Samples [begin, begin + n) of the convolution, float32.
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
        block = part[first : max(first, min(step, len(signal) + begin - at))]
        out[at + first - begin : at + first - begin + len(block)] = block
    return out


def filter_band(signal: Samples, low_hz: float, high_hz: float) -> Samples:
    """Filter a signal to a band of frequencies, without delay (linear phase, centred).

    Args:
        signal: at 16 kHz, shape (n,).
        low_hz: lower edge, at which half of the amplitude is left; 0 for no limit.
        high_hz: upper edge; 8000 for no limit.
    """
    nyquist = SAMPLE_RATE / 2
    if low_hz <= 0 and high_hz >= nyquist:
        return signal
    kernel = _create_lowpass(min(high_hz, nyquist)) - _create_lowpass(max(low_hz, 0.0))
    return convolve(signal, kernel, _TAPS // 2)


def _create_lowpass(edge_hz: float) -> Floats:
    """Create a windowed sinc of unit gain at 0 Hz (Blackman: 74 dB down beyond the edge)."""
    if edge_hz <= 0:
        return np.zeros(_TAPS)
    at = np.arange(_TAPS) - _TAPS // 2
    kernel: Floats = np.sinc(2 * edge_hz / SAMPLE_RATE * at) * np.blackman(_TAPS)
    unit: Floats = kernel / kernel.sum()
    return unit


def resample(signal: Samples, rate: int, new_rate: int) -> Samples:
    """Resample a signal without delay.

    Args:
        signal: shape (n,).
        rate: its sampling rate, Hz.
        new_rate: that of the result, Hz.
    """
    return (
        signal if rate == new_rate else concatenate_pieces(_resample_blocks(signal, rate, new_rate))
    )


def _resample_blocks(signal: Samples, rate: int, new_rate: int) -> Iterator[Samples]:
    resampler = AudioResampler(format="flt", layout="mono", rate=new_rate)
    for at in range(0, len(signal), _BLOCK):
        block = np.ascontiguousarray(signal[np.newaxis, at : at + _BLOCK], np.float32)
        frame = AudioFrame.from_ndarray(block, format="flt", layout="mono")
        frame.sample_rate = rate
        yield from (part.to_ndarray()[0] for part in resampler.resample(frame))
    yield from (part.to_ndarray()[0] for part in resampler.resample(None))


def fit_length(signal: Samples, n: int) -> Samples:
    """Cut a signal to `n` samples, or add silence at its end."""
    return np.pad(signal[:n], (0, max(0, n - len(signal))))


def measure_speech_power(signal: Samples) -> float:
    """Measure the mean power of the 20 ms frames with speech; 0 for digital silence.

    Those are the frames within 30 dB of the loudest one: a pause of half the call would otherwise
    make its speech look 3 dB quieter than it is.
    """
    size = _FRAMES * _FRAME
    blocks = (signal[at : at + size] for at in range(0, len(signal), size))
    power = np.concatenate([np.zeros(0), *map(_measure_frames, blocks)])
    if not len(power) or power.max() == 0:
        return 0.0
    return float(power[power >= power.max() / 10 ** (_RANGE_DB / 10)].mean())


def _measure_frames(signal: Samples) -> Floats:
    """Measure the power of each frame; the last one is filled up with silence."""
    count = -(-len(signal) // _FRAME)
    padded = np.pad(signal, (0, count * _FRAME - len(signal))).reshape(count, _FRAME)
    power: Floats = np.mean(np.square(padded, dtype=np.float64), axis=1)
    return power
