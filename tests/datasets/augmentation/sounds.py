"""Sounds with known properties, and how to measure them."""

from __future__ import annotations

import numpy as np

from streamwer.audio.decoding import SAMPLE_RATE, Samples


def tone(hertz: float, seconds: float = 1.0, amplitude: float = 0.1) -> Samples:
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (amplitude * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def speech_like(seconds: float = 2.0, seed: int = 0) -> Samples:
    """Noise within the telephone band whose loudness rises and falls as syllables do."""
    rng = np.random.default_rng(seed)
    n = round(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hertz = np.fft.rfftfreq(n, 1 / SAMPLE_RATE)
    spectrum *= ((hertz > 300) & (hertz < 3000)) / np.maximum(hertz, 300)
    sound = np.fft.irfft(spectrum, n)
    sound *= np.sin(2 * np.pi * 2 * np.arange(n) / SAMPLE_RATE) ** 2
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


def decibels(power: float) -> float:
    return float(10 * np.log10(max(power, 1e-30)))


def power(sound: Samples) -> float:
    return float(np.mean(np.square(sound, dtype=np.float64)))


def gain_db(heard: Samples, sent: Samples) -> float:
    """Away from the edges, where a filter has nothing to go by."""
    inner = slice(2000, -2000)
    return decibels(power(heard[inner]) / power(sent[inner]))


def delay(sent: Samples, heard: Samples, most: int = 4000) -> int:
    """By how many samples `heard` is later: where the cross-correlation is largest."""
    size = 1 << (len(sent) + len(heard)).bit_length()
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sent, size))
    correlation = np.fft.irfft(product, size)
    lags = np.arange(-most, most)
    return int(lags[np.argmax(correlation[lags])])
