"""Erasure: words that were shown and then taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import (
    STABILITY,
    Display,
    Tables,
    get_column,
    metric,
    recording_columns,
)
from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.timeline import Key
from streamwer.metrics.tokens import normalise_word
from streamwer.types import Step, Word

UNIT = "words taken back per final word"
SOURCE = "normalised erasure, Arivazhagan et al. 2020"


@recording_columns
def count_final_and_erased_words(recording: AlignedRecording) -> Mapping[str, int]:
    """Count a recording's final words and those that were taken back."""
    key = partial(normalise_word, recording.normaliser)
    return {
        "final_words": len(recording.emissions),
        "erased_words": count_erased_words(recording.steps, key),
        "erased_raw": count_erased_words(recording.steps),
    }


@metric(
    "erasure",
    unit=UNIT,
    better="lower",
    source=SOURCE,
    shown=Display(
        STABILITY,
        50,
        "Erasure",
        "shown words erased again, per final word",
        line="{:.3f} words taken back per final word",
        rule_label="erased words per final word",
    ),
)
def count_erasure_parts(tables: Tables) -> tuple[Floats, Floats]:
    """Return the erased and the final words of each recording, as normalised words compare."""
    rows = tables.recordings
    return get_column(rows, "erased_words"), get_column(rows, "final_words")


@metric(
    "erasure_raw",
    unit=UNIT,
    better="lower",
    source=SOURCE,
    shown=Display(place=50, label="with case and punctuation"),
    variant_of="erasure",
)
def count_raw_erasure_parts(tables: Tables) -> tuple[Floats, Floats]:
    """Return the erased and the final words of each recording, compared letter by letter."""
    rows = tables.recordings
    return get_column(rows, "erased_raw"), get_column(rows, "final_words")


def count_erased_words(steps: Sequence[Step], key: Key = str) -> int:
    """Count the shown words that were taken back: the numerator of normalised erasure.

    At each update these are the tentative words shown before that the new text does not repeat
    from the left (Arivazhagan et al. 2020).

    Args:
        steps: of one recording.
        key: of a word; what has the same key is the same word.
    """
    total = 0
    tail: tuple[Word, ...] = ()
    for step in steps:
        now = (*step.update.committed, *step.update.tentative)
        repeated = 0
        for old, new in zip(tail, now, strict=False):
            if old.text != new.text and key(old.text) != key(new.text):
                break
            repeated += 1
        total += len(tail) - repeated
        tail = step.update.tentative
    return total
