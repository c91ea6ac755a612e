"""Segments of the matched-pair test, on hand-made alignments, and its p value."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from streamwer.eventlog import EventLog
from streamwer.metrics import normaliser, score
from streamwer.metrics.mapsswe import p_value, segments, word_errors
from streamwer.transcript import Reference, Word
from tests.logs.calls import own_step


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
    said = {"b": "the cat sat on the mat", "a": "", "c": ""}
    heard = {"b": "uh the dog sat on on mat today", "a": "uh oh"}
    spoken = [Reference(name, "", 9.0, text) for name, text in said.items()]
    steps = [own_step(0, 9.0, 9.0, text, name=name) for name, text in heard.items()]
    scores = score(spoken, EventLog(tuple(steps)), normaliser("basic"))
    recording, errors = word_errors(scores.recordings, scores.words)
    assert list(recording) == [0, *[1] * 6, 2]
    assert list(errors) == [2, 1, 1, 0, 0, 1, 1, 0]


def test_errors_stand_where_the_words_table_has_them() -> None:
    """Said twice and heard once, at the time of the second: the first is what was missed."""
    words = tuple(Word(text, at, at + 0.4) for at, text in enumerate(["yes", "no", "yes", "no"]))
    call = Reference("call", "", 9.0, "yes no yes no", words=words)
    step = own_step(0, 9.0, 9.0, "yes no")
    late = tuple(replace(word, end=3.0 + at) for at, word in enumerate(step.update.committed))
    log = EventLog((replace(step, update=replace(step.update, committed=late)),))
    scores = score([call], log, normaliser("basic"))
    assert list(word_errors(scores.recordings, scores.words)[1]) == [1, 1, 0, 0]


def test_the_p_value_is_that_of_a_normal_mean() -> None:
    excess = np.array([1, -1, 1, 1, 0] * 20)
    z = 0.4 / math.sqrt(np.var(excess, ddof=1) / 100)
    assert p_value(excess) == pytest.approx(math.erfc(z / math.sqrt(2)))


def test_alike_is_p_of_one_and_few_segments_tell_nothing() -> None:
    assert p_value(np.zeros(80, dtype=int)) == 1
    assert p_value(np.zeros(0, dtype=int)) == 1
    assert math.isnan(p_value(np.ones(49, dtype=int)))
    assert p_value(np.ones(50, dtype=int)) == 0
