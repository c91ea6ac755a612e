"""Of optional words and alternatives the reading counts that is nearest to what was heard."""

from __future__ import annotations

import random
from itertools import product

import pytest
from rapidfuzz.distance import Levenshtein

from streamwer.errors import DatasetError
from streamwer.text.alternatives import choose_readings, is_marked, parse_slots, read_plain_text


@pytest.mark.parametrize(
    ("marked", "heard", "reading"),
    [
        ("(uh) my name", "uh my name", "uh my name"),
        ("(uh) my name", "my name", "my name"),
        ("{ i'm / i am / @ } here", "i am here", "i am here"),
        ("{ i'm / i am / @ } here", "here", "here"),
        ("{i'm/i am} here", "i'm here", "i'm here"),
        ("well { (uh) hello / hi (there) }", "well hi there", "well hi there"),
        ("(uh) (um) yes", "um yes", "um yes"),
        ("no marks at all", "", "no marks at all"),
        ("(uh) { a / b }", "", "a"),
    ],
)
def test_the_nearest_reading_is_chosen(marked: str, heard: str, reading: str) -> None:
    assert choose_readings([marked], heard.split(), str.split) == [reading]


def test_no_reading_has_fewer_errors_than_the_chosen_one() -> None:
    """Against all readings one by one."""
    draw = random.Random(3)
    for _ in range(300):
        words = [draw.choice("abc") for _ in range(draw.randint(1, 6))]
        marked = " ".join(
            draw.choice([f"({word})", f"{{ {word} / a b / @ }}", word]) for word in words
        )
        heard = [draw.choice("abc") for _ in range(draw.randint(0, 7))]
        (chosen,) = choose_readings([marked], heard, str.split)
        readings = [" ".join(each).split() for each in product(*parse_slots(marked))]
        fewest = min(Levenshtein.distance(each, heard) for each in readings)
        assert chosen.split() in readings
        assert Levenshtein.distance(chosen.split(), heard) == fewest, (marked, heard)


def test_each_part_of_a_transcript_has_its_own_reading() -> None:
    parts = ["(uh) good morning", "{ i'm / i am } here"]
    heard = "uh good morning i am here".split()
    assert choose_readings(parts, heard, str.split) == ["uh good morning", "i am here"]


def test_the_plain_reading_has_no_optional_words() -> None:
    assert read_plain_text("(uh) my { name / names } is") == "my name is"
    assert is_marked("(uh) yes")
    assert not is_marked("a (big dog) (")


@pytest.mark.parametrize("text", ["{ a / b", "a } b", "{ a / { b / c } }"])
def test_marks_that_are_not_closed_are_refused(text: str) -> None:
    with pytest.raises(DatasetError, match="not closed, or stand within others"):
        parse_slots(text)
