"""A chain of effects applied to one recording: its sound, and the times of its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.condition import (
    BandConfig,
    Chain,
    ClippingConfig,
    CodecConfig,
    GainConfig,
    NetworkConfig,
    NoiseConfig,
    ReverbConfig,
    SpeedConfig,
    Step,
)
from streamwer.datasets.augmentation import codecs
from streamwer.datasets.augmentation.filtering import band
from streamwer.datasets.augmentation.noises import Voices, add
from streamwer.datasets.augmentation.resampling import fitted, resampled
from streamwer.datasets.augmentation.rooms import reverberate
from streamwer.types import Word

Words = tuple[Word, ...]
_DECIMALS = 6


def alter(
    signal: Samples, words: Words, chain: Chain, recording: str, voices: Voices
) -> tuple[Samples, Words]:
    """The recording as the chain makes it sound, float32 within ±1, and its words' times.

    Args:
        signal: samples at 16 kHz, shape (n,).
        words: its words.
        chain: what is done to it, in order. A network does nothing here.
        recording: its id, which with each step's seed decides what chance does.
        voices: the recordings of the data set, with this one or without it.

    Raises:
        DatasetError: an effect cannot be had for this recording.
        AudioError: a noise file cannot be read.
    """
    for step in chain.steps:
        signal = _within(_sound(signal, step, recording, voices))
        if isinstance(step.config, SpeedConfig):
            words = _at_speed(words, _factor(step.config))
    return signal, words


def check(chains: Iterable[Chain]) -> None:
    """Refuse chains that cannot be applied on this machine, before anything is done.

    Raises:
        ConfigError: a codec cannot be had.
    """
    for chain in chains:
        for step in chain.steps:
            if isinstance(step.config, CodecConfig):
                codecs.check(step.name, step.config)


def _sound(signal: Samples, step: Step, recording: str, voices: Voices) -> Samples:
    match config := step.config:
        case BandConfig():
            return band(signal, config.low_hz, config.high_hz)
        case CodecConfig():
            return codecs.coded(signal, config)
        case NoiseConfig():
            return add(signal, config, recording, voices, step.name)
        case ReverbConfig():
            return reverberate(signal, config, recording)
        case ClippingConfig():
            return _clipped(signal, config.over_db)
        case GainConfig():
            louder: Samples = np.clip(signal * _amplitude(config.gain_db), -1, 1)
            return louder
        case SpeedConfig():
            return _faster(signal, _factor(config))
        case NetworkConfig():
            return signal


def _within(signal: Samples) -> Samples:
    """Quieter where it would exceed full scale, and so be clipped by what it is written as."""
    peak = float(np.max(np.abs(signal), initial=0))
    return signal / np.float32(peak) if peak > 1 else signal


def _amplitude(decibels: float) -> np.float32:
    return np.float32(10 ** (decibels / 20))


def _clipped(signal: Samples, over_db: float) -> Samples:
    """Cut at a level that its loudest sample exceeds by `over_db`."""
    level = np.max(np.abs(signal), initial=0) / _amplitude(over_db)
    return np.clip(signal, -level, level)


def _factor(config: SpeedConfig) -> float:
    """The factor as it can be had: a whole number of samples a second over another one."""
    return round(config.factor * SAMPLE_RATE) / SAMPLE_RATE


def _faster(signal: Samples, factor: float) -> Samples:
    played = resampled(signal, round(factor * SAMPLE_RATE), SAMPLE_RATE)
    return fitted(played, round(len(signal) / factor))


def _at_speed(words: Words, factor: float) -> Words:
    return tuple(
        replace(
            word,
            start=round(word.start / factor, _DECIMALS),
            end=round(word.end / factor, _DECIMALS),
        )
        for word in words
    )
