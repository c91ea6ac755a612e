"""When a word was first shown for good, when it was final, and what was taken back."""

from __future__ import annotations

from streamwer.metrics.erasure import count_erased_words
from streamwer.metrics.timeline import find_emissions
from streamwer.types import StageTimes, Step, Update, Word, WorkCounters


def steps(*updates: tuple[str, str]) -> list[Step]:
    """One step a second, each with its committed and its tentative text."""
    return [
        Step(
            recording="call",
            step=i,
            audio_end=i + 1.0,
            ready=i + 1.0,
            start=i + 1.0,
            emitted=i + 1.5,
            compute=StageTimes(),
            effort=WorkCounters(),
            update=Update(words(committed), words(tentative)),
            is_last=i == len(updates) - 1,
        )
        for i, (committed, tentative) in enumerate(updates)
    ]


def words(text: str) -> tuple[Word, ...]:
    return tuple(Word(token, 0.0, 0.0) for token in text.split())


def trace_updates(*updates: tuple[str, str]) -> list[tuple[str, float, float]]:
    found = find_emissions(steps(*updates))
    return [(e.word.text, e.shown.emitted, e.committed.emitted) for e in found]


def test_a_word_counts_as_shown_from_where_it_stayed() -> None:
    call = trace_updates(("", "my name"), ("my", "nail"), ("", "name is"), ("name is", ""))
    assert call == [("my", 1.5, 2.5), ("name", 3.5, 4.5), ("is", 3.5, 4.5)]


def test_a_word_shown_at_another_place_was_not_yet_shown() -> None:
    assert trace_updates(("", "name"), ("my name", "")) == [("my", 2.5, 2.5), ("name", 2.5, 2.5)]


def test_a_word_that_was_never_tentative_is_shown_when_it_is_final() -> None:
    assert trace_updates(("hello", "")) == [("hello", 1.5, 1.5)]


def test_erased_words_are_those_after_the_first_change() -> None:
    assert count_erased_words(steps(("", "my name is"), ("my", "nail was"), ("nail was", ""))) == 2
    assert count_erased_words(steps(("", "a b"), ("a b", "c"), ("c", ""))) == 0
    assert count_erased_words(steps(("", "a b"), ("", ""))) == 2


def test_case_and_punctuation_take_nothing_back_unless_they_are_asked_for() -> None:
    """As scored, "Name," and "name" are one word; as shown, the comma was taken back."""

    def plain(text: str) -> str:
        return text.strip(".,").lower()

    call = steps(("", "my Name,"), ("My name", ""))
    (my, name) = find_emissions(call, plain)
    assert (name.shown.emitted, name.shown_raw.emitted, name.revisions) == (1.5, 2.5, 0)
    assert (my.shown.emitted, my.shown_raw.emitted) == (1.5, 2.5)
    assert (count_erased_words(call, plain), count_erased_words(call)) == (0, 2)
