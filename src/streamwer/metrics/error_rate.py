"""Error rates: WER, CER, coverage and failures, as ratios of sums over recordings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict

import jiwer
import numpy as np
import pandas as pd

from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import (
    STABILITY,
    Display,
    Tables,
    metric,
    pool_by_recording,
    recording_columns,
)
from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.word_errors import CharErrors, WordErrors
from streamwer.text.word_alignment import Pair, Status
from streamwer.text.words import join_words

_KINDS: dict[Status, str] = {
    "hit": "hits",
    "substituted": "substitutions",
    "deleted": "deletions",
    "inserted": "insertions",
}
KINDS = tuple(_KINDS.values())
"""Columns of the word errors; those of the character errors have `char_` before them."""


@recording_columns
def count_errors(recording: AlignedRecording) -> Mapping[str, int]:
    """Count the word and character errors of a recording."""
    words = count_word_errors(recording.pairs)
    characters = count_character_errors(recording.reference_texts, recording.hypothesis_texts)
    return asdict(words) | {f"char_{kind}": number for kind, number in asdict(characters).items()}


def count_word_errors(pairs: Iterable[Pair]) -> WordErrors:
    """Count the word errors of an alignment."""
    return count_statuses(pair.status for pair in pairs)


def count_statuses(statuses: Iterable[Status]) -> WordErrors:
    """Count the word errors in what became of each word."""
    counts = Counter(statuses)
    return WordErrors(**{kind: counts[status] for status, kind in _KINDS.items()})


def count_character_errors(reference: Sequence[str], hypothesis: Sequence[str]) -> CharErrors:
    """Count the character errors between two token sequences, as texts are written.

    One space stands between two tokens, but none beside a character of a script without spaces:
    a correct space between each two of its characters would halve the rate.
    """
    output = jiwer.process_characters(join_words(reference), join_words(hypothesis))
    return CharErrors(output.hits, output.substitutions, output.deletions, output.insertions)


def _divide_errors(prefix: str) -> Callable[[Tables], tuple[Floats, Floats]]:
    """Return the parts of an error rate: errors and units of the reference of each recording."""
    return lambda tables: (
        sum_errors(tables.recordings, prefix).to_numpy(float),
        sum_reference_units(tables.recordings, prefix).to_numpy(float),
    )


metric(
    "wer",
    unit="errors per word",
    better="lower",
    source="Levenshtein distance, by jiwer",
    shown=Display("Accuracy", 10, "WER", "word error rate", ".1%"),
    exact=True,
)(_divide_errors(""))
metric(
    "cer",
    unit="errors per character",
    better="lower",
    source="Levenshtein distance, by jiwer",
    shown=Display("", 11, "CER", form=".1%"),
    exact=True,
)(_divide_errors("char_"))


@metric(
    "coverage",
    unit="share of words",
    better="higher",
    source="ours",
    shown=Display(
        STABILITY,
        53,
        "Coverage",
        "share of reference words emitted",
        ".1%",
        line="{:.2%} of the words were emitted",
        rule_label="words that came",
    ),
    exact=True,
    timed=True,
)
def count_coverage_parts(tables: Tables) -> tuple[Floats, Floats]:
    """Return the emitted and all reference words of each recording; several runs share them."""
    words = tables.words
    came = np.isfinite(words["committed"].astype(float))
    return pool_by_recording(tables.recordings, came, words["recording"])


@metric(
    "failures",
    unit="recordings",
    better="lower",
    source="ours",
    shown=Display(
        STABILITY,
        54,
        "Failures",
        "recordings without a transcript",
        "count",
        rule_label="recordings that failed",
    ),
    exact=True,
)
def count_failures(tables: Tables) -> tuple[Floats, Floats]:
    """Return 1 for each recording that failed, and 1 for each recording."""
    failed = (tables.recordings["failure"] != "").to_numpy(float)
    return failed, np.ones_like(failed)


def sum_errors(recordings: pd.DataFrame, prefix: str = "") -> pd.Series[int]:
    """Sum the errors of each recording: of words, or with the prefix `char_` of characters."""
    return _sum_columns(recordings, prefix, KINDS[1:])


def sum_reference_units(recordings: pd.DataFrame, prefix: str = "") -> pd.Series[int]:
    """Sum the reference words, or with the prefix `char_` characters, of each recording."""
    return _sum_columns(recordings, prefix, KINDS[:3])


def _sum_columns(recordings: pd.DataFrame, prefix: str, kinds: Sequence[str]) -> pd.Series[int]:
    """Sum over each row; NaN where a column is missing, which no rule lets pass."""
    columns = [f"{prefix}{kind}" for kind in kinds]
    return recordings.reindex(columns=columns).sum(axis=1, skipna=False)


def pool_word_errors(recordings: pd.DataFrame) -> WordErrors:
    """Sum the word error counts over the rows of a recordings table."""
    return WordErrors(**{kind: int(recordings[kind].sum()) for kind in KINDS})


def pool_character_errors(recordings: pd.DataFrame) -> CharErrors:
    """Sum the character error counts over the rows of a recordings table."""
    return CharErrors(**{kind: int(recordings[f"char_{kind}"].sum()) for kind in KINDS})
