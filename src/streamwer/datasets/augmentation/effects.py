"""A chain of effects applied to one recording: its sound, and the times of its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from streamwer.audio.decoding import Samples
from streamwer.config import registry
from streamwer.config.condition import EffectChain, EffectStep
from streamwer.datasets.augmentation.base import Effect, RecordingContext
from streamwer.types import Word

Words = tuple[Word, ...]
_DECIMALS = 6


def create_effect(step: EffectStep) -> Effect:
    """Create the effect of a step."""
    effect: Effect = registry.find("condition", step.config.effect)(step.name, step.config)
    return effect


def apply_effects(
    signal: Samples, words: Words, chain: EffectChain, context: RecordingContext
) -> tuple[Samples, Words]:
    """Apply a chain of effects to a recording and to the times of its words.

    Args:
        signal: float32 at 16 kHz, shape (n,).
        words: its words.
        chain: the effects, in order. A network does nothing here.
        context: the recording's id and its data set.

    Returns:
        Samples within ±1, and the words.

    Raises:
        DatasetError: an effect cannot be applied to this recording.
        AudioError: a noise file cannot be read.
    """
    for effect in map(create_effect, chain.steps):
        signal = _limit_peak(effect.apply(signal, context))
        if effect.speed != 1:
            words = _rescale_times(words, effect.speed)
    return signal, words


def check_effects(chains: Iterable[EffectChain]) -> None:
    """Refuse chains that cannot be applied on this machine, before anything is done.

    Raises:
        ConfigError: a codec is not available.
    """
    for chain in chains:
        for step in chain.steps:
            create_effect(step).check_available()


def _limit_peak(signal: Samples) -> Samples:
    """Attenuate a signal that would exceed full scale, and so be clipped in its file."""
    peak = float(np.max(np.abs(signal), initial=0))
    return signal / np.float32(peak) if peak > 1 else signal


def _rescale_times(words: Words, speed: float) -> Words:
    return tuple(
        replace(
            word,
            start=round(word.start / speed, _DECIMALS),
            end=round(word.end / speed, _DECIMALS),
        )
        for word in words
    )
