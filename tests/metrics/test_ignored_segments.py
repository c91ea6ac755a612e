"""What was heard where nothing is scored is left out, as sclite does, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import jiwer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamwer.analysis.log_figures import score_log
from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.formats.base import Log
from streamwer.metrics.tables import score
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters

TIMES = st.integers(0, 20).map(lambda eighth: eighth / 8)
STRETCHES = st.lists(st.tuples(TIMES, TIMES).map(lambda ends: (min(ends), max(ends))), max_size=3)
SAID = st.lists(st.tuples(st.sampled_from("abc"), TIMES), max_size=8).map(
    lambda said: sorted(said, key=lambda each: each[1])
)


def log(steps: Sequence[tuple[Sequence[Word], Sequence[Word]]]) -> EventLog:
    """Of one recording, whose steps commit some words each and show others."""
    return EventLog(
        tuple(
            Step(
                "x",
                n,
                n + 1.0,
                n + 1.0,
                n + 1.0,
                n + 1.5,
                StageTimes(),
                WorkCounters(),
                update,
                False,
            )
            for n, update in enumerate(Update(tuple(now), tuple(then)) for now, then in steps)
        )
    )


def words(said: Sequence[tuple[str, float]]) -> list[Word]:
    """Each lasts for half a second around a moment."""
    return [Word(text, at - 0.25, at + 0.25) for text, at in said]


@settings(max_examples=25)
@given(SAID, STRETCHES, st.lists(st.sampled_from("abc"), min_size=1, max_size=6), TIMES)
def test_the_errors_are_those_of_the_words_whose_middle_is_in_no_stretch(
    said: list[tuple[str, float]],
    stretches: list[tuple[float, float]],
    spoken: list[str],
    halfway: float,
) -> None:
    early = [each for each in said if each[1] < halfway]
    late = [each for each in said if each[1] >= halfway]
    steps = [(words(early), words(late)), (words(late), [])]
    reference = Reference("x", "", 2.0, " ".join(spoken), ignored_segments=tuple(stretches))
    (row,) = score([reference], log(steps), get_normaliser("basic")).recordings.to_dict("records")
    counted = [text for text, at in said if not any(begin <= at < end for begin, end in stretches)]
    expected = jiwer.process_words(" ".join(spoken), " ".join(counted))
    assert row["hypothesis"] == " ".join(counted)
    errors = row["substitutions"] + row["deletions"] + row["insertions"]
    assert errors == expected.substitutions + expected.deletions + expected.insertions
    assert row["final_words"] == len(counted)
    assert (row["erased_words"], row["unstable_words"]) == (0, 0)


@pytest.mark.parametrize(("spoken", "inserted"), [(True, 0), (False, 1)])
def test_a_log_that_does_not_say_when_words_were_spoken_is_scored_as_a_whole(
    spoken: bool, inserted: int
) -> None:
    reference = Reference("x", "", 2.0, "a", ignored_segments=((1.0, 2.0),))
    heard = Log("other", log([(words([("a", 0.5), ("b", 1.5)]), [])]), has_word_times=spoken)
    found = score_log(heard, [reference], get_normaliser("basic"), ScoringConfig())
    assert found.scores.recordings["insertions"].sum() == inserted
    assert ("count as inserted" in found.notes[0]) == bool(inserted)


def test_a_word_of_music_is_neither_inserted_nor_taken_back_nor_the_first_text() -> None:
    """In the first second there is music that is not scored, in which "la" is heard, and then not.

    "hi" is said until 1.4 s: shown first at 2.5 s and committed at 3.5 s.
    """
    hi, music = Word("hi", 1.0, 1.4), Word("la", 0.3, 0.6)
    steps = [([], [music]), ([music], [hi]), ([hi], [])]
    reference = Reference("x", "", 3.0, "hi", words=(hi,))
    told = []
    for unscored in ((), ((0.0, 0.9),)):
        found = score(
            [replace(reference, ignored_segments=unscored)], log(steps), get_normaliser("basic")
        )
        (row,) = found.recordings.to_dict("records")
        told.append((row["insertions"], round(row["first_text"], 3), row["partial_words"]))
    assert told == [(1, 0.1, 2), (0, 1.1, 1)]
