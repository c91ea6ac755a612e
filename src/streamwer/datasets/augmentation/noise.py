"""Noise at a level below the speech: white, pink, babble of other recordings, or from files."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from streamwer import audio
from streamwer.audio.decoding import Samples
from streamwer.audio.isolated_decoder import DECODER
from streamwer.config.registry import condition
from streamwer.config.settings import setting
from streamwer.datasets.augmentation.base import Effect, EffectConfig, RecordingContext
from streamwer.datasets.augmentation.dsp import (
    Floats,
    convolve,
    create_generator,
    measure_speech_power,
)
from streamwer.errors import AudioError, ConfigError, DatasetError
from streamwer.provenance import digests

_PINK_TAPS = 16_384
_LOWEST_HZ = 20.0
"""Pink noise is flat below it: its power would otherwise lie where nobody hears it."""


@condition("noise")
class Noise(Effect):
    """Noise of constant level, `snr_db` below the level of the speech."""

    @dataclass
    class Config(EffectConfig):
        """The noise and its level."""

        kind: str = setting(
            "white",
            "white, pink, babble (other recordings of the data set) or files",
            one_of=("white", "pink", "babble", "files"),
        )
        snr_db: float = setting(
            10.0,
            "level of the speech above that of the noise, pauses left out",
            unit="decibels",
            at_least=-100,
            at_most=100,
        )
        voices: int = setting(4, "other recordings that make the babble", at_least=1)
        path: str = setting("", "a file, or a folder of them, for kind=files")
        seed: int = setting(1, "another seed gives each recording another noise", at_least=0)

    config: Config

    @staticmethod
    def check_config(name: str, config: Config) -> None:
        """Refuse a path without `kind=files`, and the reverse."""
        if (config.kind == "files") != bool(config.path):
            problem = f"path={config.path!r}: kind=files needs it, only that"
            raise ConfigError(f"condition.{name}.{problem}")

    def apply(self, signal: Samples, context: RecordingContext) -> Samples:
        """Add the noise; see `Effect.apply`."""
        speech = measure_speech_power(signal)
        if speech == 0:
            raise DatasetError("it is silent: noise at a level below it is silent, too")
        noise = self._create_noise(len(signal), context)
        power = float(np.mean(np.square(noise, dtype=np.float64)))
        if power == 0:
            raise AudioError(f"{self.config.path or 'the other recordings'}: silent, so no noise")
        scale = (speech / power / 10 ** (self.config.snr_db / 10)) ** 0.5
        noisy: Samples = (signal + scale * noise).astype(np.float32)
        return noisy

    def describe(self) -> dict[str, Any]:
        """Return the step as `conditions.json` keeps it, with a digest of the noise files."""
        described = super().describe()
        if self.config.kind == "files":  # the path says nothing about the contents
            described["files"] = digests.digest_files(list_noise_files(Path(self.config.path)))
        return described

    def _create_noise(self, n: int, context: RecordingContext) -> Samples:
        kind = self.config.kind
        random = create_generator(self.config.seed, f"noise {kind}", context.recording)
        if kind == "babble":
            return _mix_voices(n, random, self._draw_voices(context, random))
        if kind == "files":
            return _read_noise(n, list_noise_files(Path(self.config.path)), random)
        white = random.standard_normal(n, np.float32)
        return convolve(white, _create_pink_filter()) if kind == "pink" else white

    def _draw_voices(self, context: RecordingContext, random: np.random.Generator) -> list[Path]:
        """Draw the files of the babble, none of them the recording itself."""
        count, (recording, voices) = self.config.voices, context
        own = bisect_left(voices, (recording,))
        has_own = own < len(voices) and voices[own][0] == recording
        available = len(voices) - has_own
        if available < count:
            raise DatasetError(
                f"babble of {count} voices needs as many other recordings, not {available};"
                f" set condition.{self.name}.voices, or prepare more recordings"
            )
        drawn = random.permutation(available)[:count].tolist()
        return [voices[at + (has_own and at >= own)][1] for at in drawn]


def list_noise_files(path: Path) -> list[Path]:
    """List a noise file, or all that a folder holds.

    Raises:
        AudioError: the folder holds none.
    """
    path = path.expanduser()
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in audio.SUFFIXES)
    if not files:
        raise AudioError(f"{path}: no audio files there (condition.….path)")
    return files


def _create_pink_filter() -> Floats:
    """Create a filter whose power falls by 3 dB an octave."""
    hertz = np.fft.rfftfreq(_PINK_TAPS, 1 / audio.SAMPLE_RATE)
    kernel = np.fft.irfft(1 / np.sqrt(np.maximum(hertz, _LOWEST_HZ)))
    return np.roll(kernel, _PINK_TAPS // 2) * np.hanning(_PINK_TAPS)


def _mix_voices(n: int, random: np.random.Generator, paths: Sequence[Path]) -> Samples:
    """Mix voices of equal level, each begun anywhere and repeated as often as needed."""
    total = np.zeros(n, np.float32)
    for path in paths:
        voice = DECODER.load_audio(path)
        level = measure_speech_power(voice) ** 0.5
        begin = int(random.integers(len(voice)))
        total += _loop(voice, begin, n) / np.float32(level or 1)
    return total


def _read_noise(n: int, files: list[Path], random: np.random.Generator) -> Samples:
    noise = DECODER.load_audio(files[int(random.integers(len(files)))])
    return _loop(noise, int(random.integers(len(noise))), n)


def _loop(signal: Samples, begin: int, n: int) -> Samples:
    return np.resize(np.roll(signal, -begin), n)
