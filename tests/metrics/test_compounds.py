"""Words written together or apart came, and under the leaderboard's rules they are right."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.compounds import find_compounds, respace_tokens
from streamwer.metrics.summary import summarise
from streamwer.metrics.tables import Scores, score
from streamwer.metrics.tokens import Token
from streamwer.text.normalise import get_normaliser
from streamwer.text.word_alignment import align_words
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters

LETTERS = st.lists(st.text("ab", min_size=1, max_size=3), max_size=6)


def tokens(text: str) -> list[Token]:
    return [Token(word, at, at) for at, word in enumerate(text.split())]


@pytest.mark.parametrize(
    ("said", "heard", "found"),
    [
        ("an ice cream please", "an icecream please", [("ice cream", "icecream")]),
        ("an icecream", "an ice cream", [("icecream", "ice cream")]),
        ("i won t go", "i wont go", [("won t", "wont")]),
        ("every body here", "everyb ody here", [("every body", "everyb ody")]),
        ("new ice cream", "knew icecream", [("ice cream", "icecream")]),
        ("ice cream", "icecreams", []),
        ("one two", "two one", []),
    ],
)
def test_compounds_are_found_among_the_errors(
    said: str, heard: str, found: list[tuple[str, str]]
) -> None:
    mine, theirs = said.split(), heard.split()
    compounds = find_compounds(mine, theirs, align_words(mine, theirs))
    texts = [
        (" ".join(mine[i] for i in each.reference), " ".join(theirs[j] for j in each.hypothesis))
        for each in compounds
    ]
    assert texts == found


def test_what_was_heard_takes_the_spaces_of_what_was_said() -> None:
    assert respace_tokens(["an", "ice", "cream"], tokens("an icecream")) == [
        Token("an", 0, 0),
        Token("ice", 1, 1),
        Token("cream", 1, 1),
    ]
    assert respace_tokens(["icecream"], tokens("ice cream")) == [Token("icecream", 0, 1)]


@given(LETTERS, LETTERS)
def test_other_spaces_change_no_letter_and_make_no_error(said: list[str], heard: list[str]) -> None:
    found = [token.text for token in respace_tokens(said, tokens(" ".join(heard)))]
    assert "".join(found) == "".join(heard)
    errors = [
        sum(pair.status != "hit" for pair in align_words(said, each)) for each in (heard, found)
    ]
    assert errors[1] <= errors[0]


def score_words(said: str, words: str, name: str) -> Scores:
    """The words that were said, one a second, and those that were committed at ten seconds."""
    spoken = tuple(Word(word, at, at + 0.5) for at, word in enumerate(said.split()))
    update = Update(tuple(Word(word, 0.0, 0.0) for word in words.split()))
    step = Step("a", 0, 10.0, 10.0, 10.0, 10.0, StageTimes(), WorkCounters(), update, True)
    call = Reference("a", "", 10.0, said, words=spoken)
    return score([call], EventLog((step,)), get_normaliser(name))


@pytest.mark.parametrize(
    ("said", "words"), [("I won't go", "I wont go"), ("an ice cream", "an icecream")]
)
def test_a_word_that_came_in_other_spaces_is_not_one_that_never_came(said: str, words: str) -> None:
    scores = score_words(said, words, "basic")
    assert (scores.words["committed"][scores.words["word"].notna()] == 10).all()
    assert summarise("", scores, None, ScoringConfig("basic"), {}).coverage == 1
    assert scores.recordings["deletions"].item() == 1  # as an error it counts all the same
    assert score_words("an ice cream", "an ice", "basic").words["committed"].iloc[-1] == math.inf


@pytest.mark.parametrize(
    "said", ["I won't go", "I can't", "don't and we've", "he won't say they don't"]
)
def test_a_contraction_that_came_without_its_apostrophe_came(said: str) -> None:
    """The leaderboard's rules make "will not" of "won't", and leave "wont" as it is."""
    scores = score_words(said, said.replace("'", ""), "open_asr")
    assert (scores.words["committed"][scores.words["word"].notna()] == 10).all()
    missing = score_words("I won't go", "I go", "open_asr")
    assert (missing.words["committed"] == math.inf).sum() == 2


def test_under_the_leaderboards_rules_spaces_are_no_errors() -> None:
    errors = ["substitutions", "deletions", "insertions"]
    for said, words in (("an ice cream", "an icecream"), ("a white board", "a whiteboard")):
        for one, other in ((said, words), (words, said)):
            scores = score_words(one, other, "open_asr")
            assert scores.recordings[errors].to_numpy().sum() == 0
            assert len(scores.words) == len(one.split())
