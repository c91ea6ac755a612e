"""What one step costs with a model of Whisper's sizes, by window length and padding.

The weights are random, so this is cost and nothing else. Every cell is the same work: encode the
window and its padding, decode 20 tokens after a prompt of 40, align those 20.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from faster_whisper.tokenizer import Tokenizer

from pipeline.bench.random_whisper import BASE, SMALL, TINY, Shape
from streamwer.config import ModelConfig
from streamwer.recognisers.log_mel import FRAMES_PER_SECOND
from streamwer.recognisers.long_windows import ShortWhisper
from streamwer.recognisers.meter import Meter
from streamwer.recognisers.prompt import Prompts
from streamwer.recognisers.transcribe import loaded
from streamwer.transcript import Effort

SHAPES: Mapping[str, Shape] = {"tiny": TINY, "base": BASE, "small": SMALL}
WINDOWS_S = (1, 2, 3, 4, 6, 8, 10, 15, 20, 30)
PADDINGS_S = (0, 1, 2, 5, 30)
"""Silence after the window; window and padding together are 30 s at most."""
LONGEST_S = 30
PROMPT_TOKENS, NEW_TOKENS = 40, 20
_MOST_TOKENS = 223  # that Whisper takes as a prompt
ENOUGH_S = 1.0
"""Time after which a length is not measured once more: a long call needs no third repeat."""


@dataclass(frozen=True)
class Cost:
    """Seconds of one step, by stage."""

    encode: float
    decode: float
    align: float


@dataclass(frozen=True)
class Cell:
    """Cost of a window with that padding; lengths in seconds.

    Attributes:
        encoded_s: length that the encoder hears.
        repeats: how often it was measured; the cost is the median.
    """

    shape: str
    window_s: int
    padding_s: int
    encoded_s: int
    cost: Cost
    repeats: int


class Stages:
    """The three stages of a step, one call each, with one model.

    Args:
        folder: of the model.

    Raises:
        ModelError: the folder is not a usable model.
    """

    def __init__(self, folder: Path) -> None:
        model = ModelConfig(name=folder.name, path=str(folder), cpu_threads=1)
        self._model = loaded(ShortWhisper, Meter(), folder, model)
        self._tokenizer = Tokenizer(
            self._model.hf_tokenizer, self._model.model.is_multilingual, "transcribe", "en"
        )
        self._prompts = Prompts(self._tokenizer, _MOST_TOKENS)
        self._tokens = np.random.default_rng(0).integers(1_000, 20_000, _MOST_TOKENS).tolist()

    def encode(self, frames: int) -> Any:
        """The encoding of so many frames of noise."""
        noise = np.random.default_rng(0).uniform(-1, 1, (1, 80, frames)).astype(np.float32)
        return self._model.encode_whole(noise)

    def decode(self, encoded: Any, new: int = NEW_TOKENS, prompt: int = PROMPT_TOKENS) -> int:
        """Decode greedily after a prompt of so many tokens; returns the number of new tokens."""
        tokens = self._prompts.full(self._tokens[:prompt])
        results = self._model.model.generate(
            encoded,
            [tokens],
            beam_size=1,
            # CTranslate2 gives at most min(max_length / 2, max_length - prompt + 1) new tokens.
            max_length=max(2 * new, new + len(tokens) - 1),
            suppress_tokens=[-1, self._tokenizer.eot],
            return_no_speech_prob=True,
        )
        return len(results[0].sequences_ids[0])

    def align(self, encoded: Any, frames: int, tokens: int = NEW_TOKENS) -> None:
        """Align so many tokens with a window of so many frames."""
        said = self._tokens[:tokens]
        self._model.find_alignment(self._tokenizer, [said], encoded, [frames])

    def work(self, effort: Effort) -> None:
        """As much as a step of that effort, on noise: encode, decode and align once."""
        if not effort.encoder_frames:
            return
        encoded = self.encode(effort.encoder_frames)
        if effort.decoded_tokens:
            self.decode(encoded, effort.decoded_tokens, min(effort.prompt_tokens, _MOST_TOKENS))
            self.align(encoded, effort.encoder_frames, effort.decoded_tokens)


def grid() -> dict[int, list[int]]:
    """Every length that the encoder hears, with the windows that it is the length of."""
    found: dict[int, list[int]] = {}
    for window, _, encoded in _cells():
        windows = found.setdefault(encoded, [])
        if window not in windows:
            windows.append(window)
    return dict(sorted(found.items()))


def measure(
    shape: str, stages: Stages, repeats: int, advance: Callable[[], None] = lambda: None
) -> list[Cell]:
    """The cost of every window and padding: medians of `repeats`, of fewer where a step is long."""
    stages.decode(stages.encode(LONGEST_S * FRAMES_PER_SECOND))  # the first call allocates
    lengths = grid()
    costs: dict[tuple[int, int], list[Cost]] = {}
    spent = dict.fromkeys(lengths, 0.0)
    for _ in range(repeats):
        for encoded, windows in lengths.items():
            if not spent[encoded] or spent[encoded] < ENOUGH_S:
                for window, cost in _once(stages, encoded, windows):
                    costs.setdefault((encoded, window), []).append(cost)
                spent[encoded] += cost.encode + cost.decode
            advance()
    return [Cell(shape, w, p, e, _median(costs[e, w]), len(costs[e, w])) for w, p, e in _cells()]


def _cells() -> Iterator[tuple[int, int, int]]:
    """Window, padding and what the encoder hears, for each cell of the table."""
    for window in WINDOWS_S:
        for padding in PADDINGS_S:
            yield window, padding, min(LONGEST_S, window + padding)


def _once(stages: Stages, encoded_s: int, windows: Sequence[int]) -> Iterator[tuple[int, Cost]]:
    """Encode and decode once for all windows of that encoded length; align each."""
    encode, encoded = _timed(partial(stages.encode, encoded_s * FRAMES_PER_SECOND))
    decode, _ = _timed(partial(stages.decode, encoded))
    for window in windows:
        align, _ = _timed(partial(stages.align, encoded, window * FRAMES_PER_SECOND))
        yield window, Cost(encode, decode, align)


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = call()
    return time.perf_counter() - began, result


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        median(cost.encode for cost in costs),
        median(cost.decode for cost in costs),
        median(cost.align for cost in costs),
    )
