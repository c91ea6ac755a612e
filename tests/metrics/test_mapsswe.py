"""Segments of the matched-pair test, on hand-made alignments, and its p value."""

from __future__ import annotations

import math

import numpy as np
import pytest

from streamwer.metrics.alignment import align
from streamwer.metrics.mapsswe import p_value, segments, word_errors


def counts(line: str) -> list[int]:
    return [int(each) for each in line.split()]


def cut(errors: str, baseline: str, recording: str) -> list[int]:
    return list(segments(*(np.array(counts(line)) for line in (errors, baseline, recording))))


def test_two_right_words_end_a_segment_and_one_does_not() -> None:
    assert cut("1 0 1 0 0 1", "0 0 0 0 0 0", "0 0 0 0 0 0") == [2, 1]


def test_a_word_is_right_only_where_both_systems_have_it() -> None:
    assert cut("1 0 0 1", "0 0 0 0", "0 0 0 0") == [1, 1]
    assert cut("1 0 0 1", "0 1 0 0", "0 0 0 0") == [1]


def test_no_segment_spans_two_recordings() -> None:
    assert cut("1 1", "0 0", "0 1") == [1, 1]


def test_without_errors_there_are_no_segments() -> None:
    assert cut("0 0", "0 0", "0 0") == []


def test_errors_are_counted_where_they_happen() -> None:
    said = "the cat sat on the mat".split()
    heard = "uh the dog sat on on mat today".split()
    errors = word_errors(align(said, heard), len(said))
    assert list(errors) == [1, 1, 0, 0, 1, 1]
    assert list(word_errors(align([], ["uh", "oh"]), 0)) == [2]


def test_the_p_value_is_that_of_a_normal_mean() -> None:
    excess = np.array([1, -1, 1, 1, 0] * 20)
    z = 0.4 / math.sqrt(np.var(excess, ddof=1) / 100)
    assert p_value(excess) == pytest.approx(math.erfc(z / math.sqrt(2)))


def test_alike_is_p_of_one_and_few_segments_tell_nothing() -> None:
    assert p_value(np.zeros(80, dtype=int)) == 1
    assert p_value(np.zeros(0, dtype=int)) == 1
    assert math.isnan(p_value(np.ones(49, dtype=int)))
    assert p_value(np.ones(50, dtype=int)) == 0
