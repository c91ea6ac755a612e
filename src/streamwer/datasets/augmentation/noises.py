"""Noise at a level below the speech: white, pink, babble of other recordings, or from files."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from streamwer import audio
from streamwer.audio.decoding import Samples
from streamwer.config.condition import NoiseConfig
from streamwer.datasets.augmentation.filtering import Floats, convolve
from streamwer.datasets.augmentation.levels import active_power
from streamwer.datasets.augmentation.random_numbers import generator
from streamwer.errors import AudioError, DatasetError

Voices = Sequence[tuple[str, Path]]
"""Recordings and their audio files, in ascending order."""
_PINK_TAPS = 16_384
_LOWEST_HZ = 20.0
"""Pink noise is flat below it: its power would otherwise lie where nobody hears it."""


def add(signal: Samples, config: NoiseConfig, recording: str, voices: Voices, step: str) -> Samples:
    """A recording with noise of constant level, `snr_db` below the level of its speech.

    Args:
        signal: the recording.
        config: which noise.
        recording: whose noise it is: another one gets another.
        voices: the recordings of the data set: babble is made of the others of them.
        step: what the config calls it: `condition.STEP` has its keys.

    Raises:
        DatasetError: the recording is digital silence, or there is nobody to babble.
        AudioError: a noise file cannot be read, or is silent.
    """
    speech = active_power(signal)
    if speech == 0:
        raise DatasetError("it is silent: noise at a level below it is silent, too")
    noise = _made(len(signal), config, recording, voices, step)
    power = float(np.mean(np.square(noise, dtype=np.float64)))
    if power == 0:
        raise AudioError(f"{config.path or 'the other recordings'}: silent, so no noise")
    scale = (speech / power / 10 ** (config.snr_db / 10)) ** 0.5
    noisy: Samples = (signal + scale * noise).astype(np.float32)
    return noisy


def _made(n: int, config: NoiseConfig, recording: str, voices: Voices, step: str) -> Samples:
    chance = generator(config.seed, f"noise {config.kind}", recording)
    if config.kind == "babble":
        return _babble(n, chance, _others(recording, voices, config.voices, chance, step))
    if config.kind == "files":
        return _from_file(n, files(Path(config.path)), chance)
    white = chance.standard_normal(n, np.float32)
    return convolve(white, _pink()) if config.kind == "pink" else white


def _pink() -> Floats:
    """A filter whose power falls by 3 dB an octave."""
    hertz = np.fft.rfftfreq(_PINK_TAPS, 1 / audio.SAMPLE_RATE)
    kernel = np.fft.irfft(1 / np.sqrt(np.maximum(hertz, _LOWEST_HZ)))
    return np.roll(kernel, _PINK_TAPS // 2) * np.hanning(_PINK_TAPS)


def _others(
    recording: str, voices: Voices, count: int, chance: np.random.Generator, step: str
) -> list[Path]:
    """So many of the voices, none of them the recording itself."""
    own = bisect_left(voices, (recording,))
    there = own < len(voices) and voices[own][0] == recording
    others = len(voices) - there
    if others < count:
        raise DatasetError(
            f"babble of {count} voices needs as many other recordings, not {others};"
            f" set condition.{step}.voices, or prepare more recordings"
        )
    drawn = chance.permutation(others)[:count].tolist()
    return [voices[at + (there and at >= own)][1] for at in drawn]


def _babble(n: int, chance: np.random.Generator, others: Sequence[Path]) -> Samples:
    """Voices of equal level, each begun anywhere and repeated as often as needed."""
    total = np.zeros(n, np.float32)
    for path in others:
        voice = audio.load(path)
        level = active_power(voice) ** 0.5
        begin = int(chance.integers(len(voice)))
        total += _looped(voice, begin, n) / np.float32(level or 1)
    return total


def files(path: Path) -> list[Path]:
    """A noise file, or all that a folder holds.

    Raises:
        AudioError: the folder holds none.
    """
    path = path.expanduser()
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix.lower() in audio.SUFFIXES)
    if not found:
        raise AudioError(f"{path}: no audio files there (condition.….path)")
    return found


def _from_file(n: int, choice: list[Path], chance: np.random.Generator) -> Samples:
    noise = audio.load(choice[int(chance.integers(len(choice)))])
    return _looped(noise, int(chance.integers(len(noise))), n)


def _looped(sound: Samples, begin: int, n: int) -> Samples:
    return np.resize(np.roll(sound, -begin), n)
