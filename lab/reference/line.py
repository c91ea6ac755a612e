"""What a telephone line and a noisy room do to speech: for training and for the corpus alike."""

from __future__ import annotations

from typing import Literal

import numpy as np

from lab.reference.speech import SAMPLE_RATE

Colour = Literal["white", "pink", "brown"]
COLOURS: tuple[Colour, ...] = ("white", "pink", "brown")

_SLOPE = {"white": 0.0, "pink": 0.5, "brown": 1.0}
_BAND = (300.0, 3400.0)
_MU = 255.0


def telephone(samples: np.ndarray) -> np.ndarray:
    """Band-limit to 300-3400 Hz and pass through 8-bit mu-law (ITU-T G.711)."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    spectrum[(hertz < _BAND[0]) | (hertz > _BAND[1])] = 0
    band = np.clip(np.fft.irfft(spectrum, len(samples)), -1, 1)
    coded = np.sign(band) * np.log1p(_MU * np.abs(band)) / np.log1p(_MU)
    coded = np.round(coded * 127) / 127
    return (np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(_MU)) / _MU).astype(np.float32)


def noise(rng: np.random.Generator, count: int, colour: Colour) -> np.ndarray:
    """Stationary noise of unit power whose power falls as 1/f^(2·slope)."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    spectrum /= np.maximum(hertz, 20.0) ** _SLOPE[colour]
    samples = np.fft.irfft(spectrum, count)
    return (samples / samples.std()).astype(np.float32)
