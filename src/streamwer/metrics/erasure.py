"""Erasure: words that were shown and then taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import STABILITY, Display, divide_columns, metric, recording_columns
from streamwer.metrics.timeline import Key
from streamwer.metrics.tokens import normalise_word
from streamwer.types import Step, Word


@recording_columns
def count_final_and_erased_words(recording: AlignedRecording) -> Mapping[str, int]:
    """Count a recording's final words and those that were taken back."""
    key = partial(normalise_word, recording.normaliser)
    return {
        "final_words": len(recording.emissions),
        "erased_words": count_erased_words(recording.steps, key),
        "erased_raw": count_erased_words(recording.steps),
    }


_ERASURE = {
    "unit": "words taken back per final word",
    "better": "lower",
    "source": "normalised erasure, Arivazhagan et al. 2020",
}
metric(
    "erasure",
    shown=Display(
        STABILITY,
        50,
        "Erasure",
        "shown words erased again, per final word",
        line="{:.3f} words taken back per final word",
        rule_label="erased words per final word",
    ),
    **_ERASURE,
)(divide_columns("erased_words", "final_words"))
metric(
    "erasure_raw",
    shown=Display(place=50, label="with case and punctuation"),
    variant_of="erasure",
    **_ERASURE,
)(divide_columns("erased_raw", "final_words"))


def count_erased_words(steps: Sequence[Step], key: Key = str) -> int:
    """Count the shown words that were taken back: the numerator of normalised erasure.

    At each update these are the tentative words shown before that the new text does not repeat
    from the left (Arivazhagan et al. 2020). Words with the same key are the same word.
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
