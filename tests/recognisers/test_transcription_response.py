"""What servers answer becomes words in order within the window, whatever they leave out."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.recognisers.base import Window
from streamwer.recognisers.transcription_response import ResponseError, WordTiming, parse_response
from streamwer.types import Hypothesis

FOUR_SECONDS = Window(np.zeros(64_000, np.float32), 160_000)  # begins at 10 s


def parse_answer(answer: Any, language: str = "en") -> tuple[Hypothesis, WordTiming]:
    return parse_response(json.dumps(answer).encode(), FOUR_SECONDS, language)


def list_times(answer: Any, language: str = "en") -> list[tuple[str, float, float]]:
    return [(word.text, word.start, word.end) for word in parse_answer(answer, language)[0].words]


def word(text: str, start: Any, end: Any, **more: Any) -> dict[str, Any]:
    return {"word": text, "start": start, "end": end, **more}


def test_words_with_times_are_taken_as_they_are() -> None:
    answer = {
        "text": "Hello there.",
        "words": [word("Hello", 0.5, 1.0), word("there", 1.0, 1.25, probability=0.5)],
        "segments": [{"text": "Hello there.", "start": 0.0, "end": 3.5}],
    }
    hypothesis, timing = parse_answer(answer)
    assert list_times(answer) == [("Hello", 10.5, 11.0), ("there", 11.0, 11.25)]
    assert [each.probability for each in hypothesis.words] == [1.0, 0.5]
    assert (hypothesis.segment_ends, timing) == ((13.5,), WordTiming.WORDS)


def test_pieces_that_carry_their_spaces_are_put_together() -> None:
    words = [word(" five", 0, 1), word(" o", 1, 2), word("'clock", 2, 3)]
    assert list_times({"words": words}) == [("five", 10, 11), ("o'clock", 11, 13)]


def test_words_may_be_inside_the_segments() -> None:
    segment = {"text": "a", "start": 0, "end": 2, "words": [word("a", 0.5, 1)]}
    assert list_times({"text": "a", "segments": [segment], "words": None}) == [("a", 10.5, 11.0)]


def test_words_out_of_order_are_put_in_order() -> None:
    assert [text for text, *_ in list_times({"words": [word("b", 2, 3), word("a", 0, 1)]})] == [
        "a",
        "b",
    ]


def test_times_outside_the_window_are_moved_to_its_edge() -> None:
    words = [word("a", -3, 1), word("b", 3, 2), word("c", 3.5, 99)]
    assert list_times({"words": words}) == [("a", 10, 11), ("b", 13, 13), ("c", 13.5, 14)]


def test_without_words_they_are_spread_over_their_segment_by_characters() -> None:
    segments = [{"text": " a bcd", "start": 1, "end": 2}, {"text": "ef", "start": 3, "end": 4}]
    answer = {"text": "a bcd ef", "words": [], "segments": segments}
    assert list_times(answer) == [("a", 11, 11.25), ("bcd", 11.25, 12), ("ef", 13, 14)]
    assert parse_answer(answer)[1] is WordTiming.SEGMENTS
    assert parse_answer(answer)[0].segment_ends == (12.0, 14.0)


def test_a_bare_text_is_spread_over_the_window() -> None:
    assert list_times({"text": "a bcd"}) == [("a", 10, 11), ("bcd", 11, 14)]
    assert parse_answer({"text": "a bcd"})[1] is WordTiming.WINDOW
    assert list_times({"text": "你 好"}, "zh") == [("你", 10, 12), ("好", 12, 14)]


@pytest.mark.parametrize("language", ["zh", ""])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("我用iPhone", "我 用 iPhone"),
        ("2024年。", "2024 年。"),
        ("สวัสดี", "ส วั ส ดี"),
        ("សួ", "សួ"),
    ],
)
def test_a_text_without_spaces_is_parted_at_its_characters_alone(
    text: str, said: str, language: str
) -> None:
    found = list_times({"text": text}, language)
    assert [each for each, *_ in found] == said.split()
    lasts = 4 * len(found[0][0]) / len(text)
    assert found[0][1:] == (10, pytest.approx(10 + lasts, abs=1e-3))


@pytest.mark.parametrize("answer", [{"text": ""}, {"text": " ", "segments": [], "words": []}])
def test_nothing_heard_is_no_fault(answer: Any) -> None:
    assert parse_answer(answer) == (Hypothesis(), WordTiming.WORDS)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"result": "a"}, "neither text nor words"),
        ({"text": None, "words": [{"word": "a", "start": 0}]}, "'end' is missing"),
        ({"words": [word("a", "0", 1)]}, "start is not a number"),
        ({"words": [word("a", 0, 10**400)]}, "end is not finite"),
        ({"words": "a b"}, "words is not a list"),
        ({"words": ["a"]}, "words is not a list"),
        ({"text": "a", "segments": [{"text": "a"}]}, "'start' is missing"),
        ({"text": ["a"]}, "text is not a text"),
    ],
)
def test_an_answer_of_another_shape_is_refused(answer: Any, reason: str) -> None:
    with pytest.raises(ResponseError, match=reason):
        parse_answer(answer)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[" * 100_000, b'{"words": [NaN]}'])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(ResponseError, match="not JSON"):
        parse_response(body, FOUR_SECONDS, "en")


NUMBERS = st.floats(-10, 20)
WORDS = st.builds(word, st.text(min_size=1, max_size=5), NUMBERS, NUMBERS)
SEGMENTS = st.builds(
    lambda text, start, end: {"text": text, "start": start, "end": end},
    st.text(max_size=20),
    NUMBERS,
    NUMBERS,
)


@given(
    st.fixed_dictionaries(
        {"text": st.text(max_size=40)},
        optional={"words": st.lists(WORDS), "segments": st.lists(SEGMENTS)},
    )
)
def test_whatever_is_answered_words_are_in_order_within_the_window(answer: Any) -> None:
    hypothesis, _ = parse_answer(answer)
    starts = [each.start for each in hypothesis.words]
    assert starts == sorted(starts)
    assert all(10 <= each.start <= each.end <= 14 for each in hypothesis.words)
    assert all(10 <= end <= 14 for end in hypothesis.segment_ends)
    assert all(each.text.strip() == each.text != "" for each in hypothesis.words)
