"""Word emission latency, punctuation and entity errors, each by hand."""

from __future__ import annotations

import math

import pytest

from streamwer.config.experiment import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.entities import find_entities
from streamwer.metrics.punctuation import count_punctuation_errors
from streamwer.metrics.summary import Summary, summarise
from streamwer.metrics.tables import score
from streamwer.reports.all_figures import build_figure_groups
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters
from tests.reports import synthetic

TEXT = "Hello, it is Anna Bell. I owe sixty-four dollars."


def hear(text: str, reference: str = TEXT, language: str = "en", *, timed: bool = True) -> Summary:
    """Commit all words at 10 s; the reference's words end at 1, 2, 3 … s."""
    spoken = tuple(Word(w, i, i + 1) for i, w in enumerate(reference.split())) if timed else ()
    call = Reference("call", "", 10.0, reference, words=spoken, language=language)
    update = Update(tuple(Word(w, 0, 0) for w in text.split()))
    times = (10.0, 10.0, 10.0, 10.0)
    log = EventLog((Step("call", 0, *times, StageTimes(), WorkCounters(), update, True),))
    scores = score([call], log, get_normaliser("open_asr"))
    return summarise("x", scores, None, ScoringConfig("open_asr"), {})


def test_word_emission_latency_is_the_mean_of_the_words_that_were_recognised() -> None:
    figures = hear("hello it", "hello it is").figures
    assert figures["word_emission_latency"] == ((10 - 1) + (10 - 2), 2)
    assert math.isnan(hear("hello", "hello", timed=False).figures["word_emission_latency"].value)


@pytest.mark.parametrize(
    ("transcript", "errors", "operations"),
    [
        ("Hi. How are you? I am well.", 0, 3),
        ("Hi how are you? I am well.", 1, 3),  # one missing
        ("Hi. How are you. I am well.", 1, 3),  # one wrong
        ("Hi. How. Are you? I am well.", 1, 4),  # one too many
        ("Hi! How are you? I'm 3.5 well.", 1, 3),
        ("", 3, 3),
    ],
)
def test_punctuation_errors_are_substitutions_deletions_and_insertions(
    transcript: str, errors: int, operations: int
) -> None:
    assert count_punctuation_errors("Hi. How are you? I am well.", transcript) == (
        errors,
        operations,
    )


def test_a_reference_without_punctuation_says_nothing_of_it() -> None:
    assert count_punctuation_errors("hi how are you", "Hi. How are you?") == (0, 0)


def test_entities_are_numbers_names_and_codes() -> None:
    said = "Seat B R 7 one, please. Wait one second for Anna Bell, I'm in row twenty-two."
    found = [" ".join(said.split()[at] for at in each) for each in find_entities(said.split())]
    assert found == ["B R", "7 one,", "Anna Bell,", "twenty-two."]


@pytest.mark.parametrize("timed", [True, False])
def test_an_entity_is_wrong_with_any_of_its_words(timed: bool) -> None:
    right = hear("Hello it is Anna Bell I owe $64", timed=timed).figures["entities"]
    wrong = hear("Hello it is Anna Ball I owe sixty five dollars", timed=timed).figures["entities"]
    assert (right, wrong) == ((0, 2), (2, 2))
    assert math.isnan(hear("Hallo", "Hallo, Anna.", "de").figures["entities"].value)


def test_the_report_has_a_row_where_there_is_something_to_say() -> None:
    """The references of these calls have numbers and no punctuation."""
    comparison = synthetic.compare()
    (accuracy,) = (each for each in build_figure_groups(comparison) if each.title == "Accuracy")
    rows = {row.label: row for row in accuracy.rows}
    assert "PER" not in rows
    size = comparison.systems[0].summary.figures["entities"].denominator
    assert rows["Entities"].cells[0].interval == f"of {size:.0f}"
