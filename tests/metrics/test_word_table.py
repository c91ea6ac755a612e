"""The words table: one row per reference token and inserted word, and where its latency went."""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamwer.eventlog.log import EventLog
from streamwer.metrics.tables import Scores, score
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters

TEXTS = st.lists(
    st.sampled_from(
        "twenty five hundred dollars a can't o'clock uh yes [noise heard] 25 $".split()
    ),
    max_size=9,
)


def make_reference(texts: list[str], name: str = "call") -> Reference:
    words = tuple(Word(text, n / 2, n / 2 + 0.4) for n, text in enumerate(texts))
    return Reference(name, "x.flac", len(texts) / 2 + 1, " ".join(texts), words=words)


def step(number: int, times: tuple[float, float, float], update: Update) -> Step:
    """A step that is ready, starts and emits at these times, and hears all until it starts."""
    ready, start, emitted = times
    return Step(
        "call", number, start, ready, start, emitted, StageTimes(), WorkCounters(), update, False
    )


def words(text: str) -> tuple[Word, ...]:
    return tuple(Word(token, n / 2, n / 2 + 0.4) for n, token in enumerate(text.split()))


def at_once(texts: list[str]) -> EventLog:
    """A log that commits each word in a step of its own."""
    return EventLog(
        tuple(step(n, (n, n, n + 0.5), Update(words(text))) for n, text in enumerate(texts))
    )


def score_words(said: list[str], heard: list[str], name: str = "basic") -> Scores:
    return score([make_reference(said)], at_once(heard), get_normaliser(name))


@settings(max_examples=60)
@given(said=TEXTS, heard=TEXTS, name=st.sampled_from(["basic", "whisper_english", "none"]))
def test_the_rows_are_the_words_that_the_errors_are_counted_on(
    said: list[str], heard: list[str], name: str
) -> None:
    scores = score_words(said, heard, name)
    counts = scores.words["status"].value_counts()
    kinds = {"hit": "hits", "substituted": "substitutions"}
    kinds |= {"deleted": "deletions", "inserted": "insertions"}
    for status, column in kinds.items():
        assert counts.get(status, 0) == scores.recordings[column][0]
    tokens = scores.words["word"].dropna()
    assert list(tokens) == get_normaliser(name).tokenise(" ".join(said))
    inserted = scores.words["status"] == "inserted"
    assert scores.words["end"].isna().equals(inserted)
    assert scores.words["heard"].isna().equals(scores.words["status"] == "deleted")


def test_a_number_of_several_words_is_there_when_the_last_of_them_is() -> None:
    table = score_words(["twenty", "five", "dollars"], ["25", "dollars"], "whisper_english").words
    assert list(table["word"]) == ["$25"]
    other = score_words(["25", "dollars"], ["twenty", "five", "dollars"], "whisper_english").words
    assert list(other["heard"]) == ["twenty five dollars"]
    assert (other["start"][0], other["end"][0]) == (0.0, 0.9)
    assert (other["heard_start"][0], other["committed"][0]) == (0.0, 2.5)


def test_a_word_of_several_tokens_gives_each_of_them_its_times() -> None:
    table = score_words(["can't"], ["can't"], "whisper_english").words
    assert list(table["word"]) == ["can", "not"]
    assert list(table["heard"]) == ["can't", "can't"]
    assert list(table["end"]) == [0.4, 0.4]


def test_words_without_times_have_rows_too() -> None:
    bare = Reference("call", "x.flac", 2.0, "yes we can")
    table = score([bare], at_once(["yes", "can"]), get_normaliser("basic")).words
    assert list(table["status"]) == ["hit", "deleted", "hit"]
    assert table[["start", "end", "waiting", "held"]].isna().all(axis=None)
    assert list(table["committed"]) == [0.5, math.inf, 1.5]


def test_an_inserted_word_stands_before_the_next_reference_word() -> None:
    table = score_words(["a", "b"], ["x", "a", "y", "b", "z"]).words
    assert list(table["index"]) == [0, 0, 1, 1, 2]
    assert list(table["heard"]) == ["x", "a", "y", "b", "z"]
    assert list(table["word"].fillna("-")) == ["-", "a", "-", "b", "-"]


def test_what_stood_at_a_words_place_before_it_was_committed() -> None:
    steps = (
        step(0, (1, 1, 1.5), Update(tentative=words("uh"))),
        step(1, (2, 2, 2.5), Update(tentative=words("yes when"))),
        step(2, (3, 3, 3.5), Update(tentative=words("yes"))),
        step(3, (4, 4, 4.5), Update(tentative=words("yes we"))),
        step(4, (5, 5, 5.5), Update(words("yes we can"))),
    )
    table = score(
        [make_reference(["yes", "we", "can"])], EventLog(steps), get_normaliser("basic")
    ).words
    assert list(table["first_shown"]) == [1.5, 2.5, 5.5]
    assert list(table["shown"]) == [2.5, 4.5, 5.5]
    assert list(table["revisions"]) == [1, 1, 0]
    assert list(table["committed"]) == [5.5] * 3


def test_a_deleted_word_never_came_and_its_delay_has_no_cause() -> None:
    table = score_words(["yes"], []).words
    moments = ["first_shown", "shown", "committed", "audio_end", "ready", "started"]
    assert list(table.loc[0, moments]) == [math.inf] * 6
    assert table.loc[0, ["waiting", "held", "queued", "computed", "heard_end"]].isna().all()


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (0.8, (0.2, 1.0, 0.5, 0.25)),  # heard at 1, committed by the step that was ready at 2
        (1.0, (0.0, 1.0, 0.5, 0.25)),
        (1.5, (0.5, 0.0, 0.5, 0.25)),  # first heard by the committing step
        (2.2, (0.0, 0.0, 0.3, 0.25)),  # ended while that step queued, and was heard by it
        (3.0, (-1.0, 0.0, 0.5, 0.25)),  # committed before it ended
    ],
)
def test_where_the_latency_of_a_word_went(end: float, expected: tuple[float, ...]) -> None:
    reference = Reference("call", "x.flac", 4.0, "yes", words=(Word("yes", 0.5, end),))
    steps = (step(0, (1, 1, 1.25), Update()), step(1, (2, 2.5, 2.75), Update(words("yes"))))
    table = score([reference], EventLog(steps), get_normaliser("basic")).words
    found = table.loc[0, ["waiting", "held", "queued", "computed"]]
    assert list(found) == pytest.approx(expected)


@settings(max_examples=40)
@given(
    spent=st.lists(st.floats(0, 5), min_size=12, max_size=12),
    said=st.lists(st.sampled_from("abc"), max_size=12),
    chosen=st.lists(st.integers(0, 3), min_size=12, max_size=12),
)
def test_the_parts_add_up_to_the_latency(
    spent: list[float], said: list[str], chosen: list[int]
) -> None:
    free, steps, left = 0.0, [], list("abcabcabcabc")
    for n, (seconds, number) in enumerate(zip(spent, accumulate(chosen), strict=True)):
        start = max(n + 1.0, free)
        free = start + seconds
        update = Update(words(" ".join(left[number - chosen[n] : number])))
        steps.append(step(n, (n + 1.0, start, free), update))
    table = score([make_reference(said)], EventLog(tuple(steps)), get_normaliser("none")).words
    parts = table[["waiting", "held", "queued", "computed"]].dropna()
    whole = (table["committed"] - table["end"])[parts.index]
    np.testing.assert_allclose(parts.sum(axis=1), whole, atol=1e-9)
    assert (parts[["held", "computed"]] >= 0).all(axis=None)
    emitted = table["status"].isin(["hit", "substituted"])
    assert emitted.sum() == len(parts)
