"""Word times by forced alignment with Whisper base, and how far they are from the voice's own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from streamwer.alignment.forced import ForcedAligner
from streamwer.audio.decoding import Samples
from streamwer.config.alignment import ForcedConfig
from streamwer.config.model import ModelConfig
from streamwer.types import Word

NAME = "base"
Pairs = Sequence[tuple[Sequence[Word], Sequence[Word]]]
"""Of each call, the words as placed by the aligner and as the voice spoke them."""


def load_aligner(model: Path) -> ForcedAligner:
    """Load the project's forced aligner with a model folder of Whisper base.

    Raises:
        ModelError: the folder is not a usable model.
    """
    return ForcedAligner(model, ForcedConfig(model=ModelConfig(name=NAME, path=str(model))))


def align_words(aligner: ForcedAligner, text: str, signal: Samples) -> tuple[Word, ...]:
    """Place the words of a call by forced alignment.

    Args:
        aligner: a loaded one.
        text: what is said.
        signal: the call before its condition, as altered copies keep the times of their original.

    Raises:
        AlignmentError: the words cannot be placed, or must not be believed.
    """
    words, _ = aligner.align(text, signal)
    return words


def summarize_deviations(pairs: Pairs) -> dict[str, float]:
    """Say how far aligned words are from the spoken ones, in milliseconds.

    The bias is the median of aligned minus spoken; below 0 the aligner is early. Ends are told
    apart by what follows: the next word at once, or a pause or the end of the call.
    """
    starts: list[float] = []
    ends: dict[bool, list[float]] = {True: [], False: []}
    for placed, spoken in pairs:
        following = [*(word.start for word in spoken[1:]), math.inf]
        for one, other, after in zip(placed, spoken, following, strict=True):
            starts.append(one.start - other.start)
            ends[after == other.end].append(one.end - other.end)
    return {
        "words": len(starts),
        **_describe_deviations("start", starts),
        **_describe_deviations("joined_end", ends[True]),
        **_describe_deviations("paused_end", ends[False]),
    }


def _describe_deviations(name: str, deviations: Sequence[float]) -> dict[str, float]:
    values = 1000 * np.array(deviations)
    sizes = np.abs(values)
    return {
        f"{name}_words": len(values),
        f"{name}_bias_ms": round(float(np.median(values)), 1),
        f"{name}_median_ms": round(float(np.median(sizes)), 1),
        f"{name}_p95_ms": round(float(np.quantile(sizes, 0.95)), 1),
    }
