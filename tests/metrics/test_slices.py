"""Figures by condition, speaker, length of the recording and position in it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from streamwer.eventlog.log import EventLog
from streamwer.metrics.slices import Slice, summarise_slices
from streamwer.metrics.tables import score
from streamwer.metrics.word_errors import CharErrors, WordErrors
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters

WORDS = tuple(Word(text, n + 0.5, n + 0.9) for n, text in enumerate("a b c d e f".split()))


def reference(name: str, speaker: str, condition: str, seconds: float) -> Reference:
    return Reference(name, "x.flac", seconds, "a b c d e f", speaker, condition, WORDS)


SPOKEN = [
    reference("one", "ann", "clean", 9.0),
    reference("two", "ann", "noise", 30.0),
    reference("three", "bob", "clean", 700.0),
]


def make_steps(name: str, heard: str, late: float) -> list[Step]:
    """Each word in a step of its own, so much after its end in the reference."""
    ends = {word.text: word.end for word in WORDS}
    found, now = [], 0.9
    for n, text in enumerate(heard.split()):
        now = ends.get(text, now)
        word = Word(text, now, now)
        times = (now, now, now, now + late)
        found.append(Step(name, n, *times, StageTimes(), WorkCounters(), Update((word,)), False))
    return found


LOG = EventLog(
    (*make_steps("one", "a b c d e f", 1.0), *make_steps("two", "a x b c d e y f", 2.0)),
)


def slice_calls(references: list[Reference] = SPOKEN) -> dict[tuple[str, str], Slice]:
    scores = score(references, LOG, get_normaliser("basic"))
    return {(s.kind, s.name): s for s in summarise_slices(scores.recordings, scores.words)}


def test_each_kind_holds_every_word_once() -> None:
    by_name = slice_calls()
    for kind in ("condition", "speaker", "length", "position"):
        parts = [s.errors for (of, _), s in by_name.items() if of == kind]
        assert sum(parts, WordErrors()) == WordErrors(hits=12, deletions=6, insertions=2)


def test_slices_come_in_an_order_that_says_something() -> None:
    assert list(slice_calls()) == [
        ("condition", "clean"),
        ("condition", "noise"),
        ("speaker", "ann"),
        ("speaker", "bob"),
        ("length", "up to 10 s"),
        ("length", "10 to 30 s"),
        ("length", "over 10 min"),
        ("position", "first third"),
        ("position", "middle third"),
        ("position", "last third"),
    ]


def test_a_slice_has_its_own_errors_latency_and_coverage() -> None:
    clean, noise = (slice_calls()["condition", name] for name in ("clean", "noise"))
    assert clean.errors == WordErrors(hits=6, deletions=6)
    assert (clean.recordings, clean.coverage) == (2, 0.5)
    assert clean.p50.value == pytest.approx(1.0)  # of six words at 1 s and six that never came
    assert noise.errors == WordErrors(hits=6, insertions=2)
    assert (noise.recordings, noise.coverage) == (1, 1.0)
    assert noise.p50.value == pytest.approx(2.0)
    assert noise.p95.value is None  # too few words


def test_an_insertion_counts_where_it_stands() -> None:
    inserted = [
        slice_calls()["position", f"{place} third"].errors.insertions
        for place in ("first", "middle", "last")
    ]
    assert inserted == [1, 0, 1]


SPEAKING = [
    replace(SPOKEN[0], language="de"),
    replace(SPOKEN[1], language="ja", text="今天天气"),
    replace(SPOKEN[2], language="de"),
]


def test_error_counts_of_a_language_are_pooled_before_they_are_divided() -> None:
    german = slice_calls(SPEAKING)["language", "de"]
    # One recording without an error and one that failed: of 12 words 6, however long each was.
    assert german.errors == WordErrors(hits=6, deletions=6)
    assert german.characters == CharErrors(hits=11, deletions=11)
    assert (german.recordings, german.unspaced) == (2, False)


def test_a_language_without_spaces_is_told_by_its_letters() -> None:
    spoken = [replace(each, words=()) for each in SPEAKING]
    scores = score(spoken, LOG, get_normaliser("multilingual"))
    parts = {(s.kind, s.name): s for s in summarise_slices(scores.recordings, scores.words)}
    japanese = parts["language", "ja"]
    assert japanese.unspaced
    assert japanese.characters is not None
    assert japanese.characters.characters == 4
    assert not parts["condition", "noise"].unspaced
    assert parts["position", "first third"].characters is None


def test_recordings_whose_language_is_not_said_stand_apart() -> None:
    names = [name for kind, name in slice_calls(SPEAKING[:2] + SPOKEN[2:]) if kind == "language"]
    assert names == ["de", "ja", "not said"]


def test_where_no_speaker_is_named_there_is_no_slice_by_speaker() -> None:
    kinds = {kind for kind, _ in slice_calls([replace(each, speaker="") for each in SPOKEN])}
    assert kinds == {"condition", "length", "position"}


def test_without_word_times_there_are_errors_but_no_latency() -> None:
    bare = slice_calls([replace(each, words=()) for each in SPOKEN])["position", "first third"]
    assert bare.errors == WordErrors(hits=4, deletions=2, insertions=1)
    assert bare.p50.value is None
    assert math.isnan(bare.coverage)
