"""Reverberation: what a room adds after the sound itself."""

from __future__ import annotations

import numpy as np

from streamwer.audio import samples
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.condition import ReverbConfig
from streamwer.datasets.augmentation.filtering import Floats, convolve
from streamwer.datasets.augmentation.random_numbers import generator


def reverberate(signal: Samples, config: ReverbConfig, recording: str) -> Samples:
    """A recording as heard in a room of its own; what rings on after its end is cut off."""
    return convolve(signal, impulse_response(config, recording))


def impulse_response(config: ReverbConfig, recording: str) -> Floats:
    """The direct sound at 0, and noise that falls by 60 dB in `rt60_s` (Polack 1988).

    The tail has `direct_db` less energy than the direct sound, and both together have 1.
    """
    n = samples(config.rt60_s)
    noise = generator(config.seed, "reverb", recording).standard_normal(n)
    tail = noise * 10 ** (-3 * np.arange(n) / (config.rt60_s * SAMPLE_RATE))
    tail *= (10 ** (-config.direct_db / 10) / np.sum(tail**2)) ** 0.5
    whole = np.concatenate([[1.0], tail])
    response: Floats = whole / np.sum(whole**2) ** 0.5
    return response
