"""Punctuation errors: full stops and question marks that are missing, wrong or too many."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rapidfuzz.distance import Indel

from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import Display, divide_columns, metric, recording_columns

_MARKS = frozenset(".?")
_TOKENS = re.compile(r"\w(?:[^\s]*\w)?|[.?](?=[\s\"'’”)]|$)")
"""Words, with the marks within them, such as "3.5"; and marks at the end of a word."""


@recording_columns
def build_punctuation_columns(recording: AlignedRecording) -> Mapping[str, int]:
    """Count a recording's punctuation errors; none of a reference without punctuation."""
    errors, operations = count_punctuation_errors(recording.reference.text, recording.text)
    return {"punctuation_errors": errors, "punctuation_marks": operations}


metric(
    "punctuation",
    unit="errors per mark",
    better="lower",
    source="Meister et al. 2023; of full stops and question marks, as Picovoice",
    shown=Display("Accuracy", 12, "PER", "punctuation error rate: . and ?", ".1%", sized=True),
)(divide_columns("punctuation_errors", "punctuation_marks"))


def count_punctuation_errors(reference: str, transcript: str) -> tuple[int, int]:
    """Count the errors of punctuation, and all its operations: errors and correct marks.

    A mark is correct where the longest common sequence of words and marks has it. Between two
    places of that sequence, marks of both texts are substitutions.
    """
    expected, got = (_TOKENS.findall(text.lower()) for text in (reference, transcript))
    if not _MARKS.intersection(expected):
        return 0, 0
    errors = correct = i = j = 0
    for block in Indel.editops(expected, got).as_matching_blocks():
        errors += max(_count_marks(expected[i : block.a]), _count_marks(got[j : block.b]))
        i, j = block.a + block.size, block.b + block.size
        correct += _count_marks(expected[block.a : i])
    return errors, errors + correct


def _count_marks(tokens: Sequence[str]) -> int:
    return sum(token in _MARKS for token in tokens)
