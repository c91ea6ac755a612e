"""Word times by forced alignment with Whisper base, and how far they are from the voice's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streamwer.alignment_config import ForcedConfig
from streamwer.audio import Samples
from streamwer.model_config import ModelConfig
from streamwer.transcript import Word
from streamwer.word_times.forced import Aligner

NAME = "base"
Pairs = Sequence[tuple[Sequence[Word], Sequence[Word]]]
"""Of each call, the words as placed by the aligner and as the voice spoke them."""


def load_aligner(model: Path) -> Aligner:
    """Load the project's forced aligner with a model folder of Whisper base.

    Raises:
        ModelError: the folder is not a usable model.
    """
    return Aligner(model, ForcedConfig(model=ModelConfig(name=NAME, path=str(model))))


def align_words(aligner: Aligner, text: str, signal: Samples) -> tuple[Word, ...]:
    """Place the words of a call by forced alignment.

    Args:
        aligner: a loaded one.
        text: what is said.
        signal: the call before its condition, as altered copies keep the times of their original.

    Raises:
        UnplaceableError: the words cannot be placed, or must not be believed.
    """
    words, _ = aligner.place(text, signal)
    return words


def summarize_deviations(pairs: Pairs) -> dict[str, float]:
    """Say how far aligned words are from the spoken ones, in milliseconds.

    The bias is the median of aligned minus spoken; below 0 the aligner is early.
    """
    ends = _deviations(
        (
            (one.end - other.end)
            for placed, spoken in pairs
            for one, other in zip(placed, spoken, strict=True)
        )
    )
    starts = _deviations(
        (
            (one.start - other.start)
            for placed, spoken in pairs
            for one, other in zip(placed, spoken, strict=True)
        )
    )
    last = _deviations(
        one.end - other.end
        for placed, spoken in pairs
        for one, other in zip(placed, spoken, strict=True)
        if is_last(other.text)
    )
    return {
        "words": len(ends),
        **_summary("end", ends),
        **_summary("start", starts),
        **_summary("sentence_end", last),
    }


def is_last(word: str) -> bool:
    """Tell whether a word of the script ends a sentence."""
    return bool(re.search(r"[.?!]$", word))


def _deviations(values: Iterable[float]) -> NDArray[np.float64]:
    return 1000 * np.array(list(values))


def _summary(name: str, values: NDArray[np.float64]) -> dict[str, float]:
    sizes = np.abs(values)
    return {
        f"{name}_bias_ms": round(float(np.median(values)), 1),
        f"{name}_median_ms": round(float(np.median(sizes)), 1),
        f"{name}_p95_ms": round(float(np.quantile(sizes, 0.95)), 1),
    }
