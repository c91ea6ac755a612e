"""Entity errors by hand: which entities a reference has, and which of them came right."""

from __future__ import annotations

import math

import pytest

from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.formats.entities import locate_entities
from streamwer.metrics.entities import find_entities
from streamwer.metrics.summary import Summary, summarise
from streamwer.metrics.tables import score
from streamwer.reports.all_figures import build_figure_groups
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters
from tests.reports import synthetic

TEXT = "Hello, it is Anna Bell. I owe sixty-four dollars."


def hear(
    text: str,
    reference: str = TEXT,
    language: str = "en",
    *,
    timed: bool = True,
    marked: tuple[str, ...] | None = None,
) -> Summary:
    """Commit all words at 10 s; the reference's words end at 1, 2, 3 … s."""
    spoken = tuple(Word(w, i, i + 1) for i, w in enumerate(reference.split())) if timed else ()
    call = Reference("call", "", 10.0, reference, words=spoken, language=language, entities=marked)
    update = Update(tuple(Word(w, 0, 0) for w in text.split()))
    times = (10.0, 10.0, 10.0, 10.0)
    log = EventLog((Step("call", 0, *times, StageTimes(), WorkCounters(), update, True),))
    scores = score([call], log, get_normaliser("open_asr"))
    return summarise("x", scores, None, ScoringConfig("open_asr"), {})


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


@pytest.mark.parametrize("timed", [True, False])
def test_marked_entities_count_instead_of_those_found_by_rule(timed: bool) -> None:
    marked = hear("Hello it is Anna Ball", marked=("hello", "it IS"), timed=timed)
    assert marked.figures["entities"] == (0, 2)
    wrong = hear("Hello it was Anna Bell", marked=("it is", "anna bell"), timed=timed)
    assert wrong.figures["entities"] == (1, 2)
    assert hear("Hello", marked=()).figures["entities"].denominator == 0
    assert hear("Hallo Anna", "Hallo, Anna.", "de", marked=("Anna",)).figures["entities"] == (0, 1)


def test_each_mark_is_of_another_place_in_the_text() -> None:
    words = "Anna, it is an-na.".split()
    assert locate_entities(["an na", "Anna", "anna"], words) == [range(1), range(3, 4), None]
