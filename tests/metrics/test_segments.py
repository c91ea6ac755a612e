"""Cutting a reference at its pauses, and finding the words that belong to each part."""

from __future__ import annotations

from itertools import accumulate

import pytest

from streamwer.metrics.simulst_latency import Segment, assign_words, split_reference
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, Word

BASIC = get_normaliser("basic")


def make_reference(*parts: str, pause: float = 1.0) -> Reference:
    """Words of half a second, the parts set off by a pause."""
    words: list[Word] = []
    for start, part in zip(
        accumulate((len(p.split()) / 2 + pause for p in parts), initial=0.0), parts, strict=False
    ):
        words += [Word(w, start + i / 2, start + i / 2 + 0.5) for i, w in enumerate(part.split())]
    text = " ".join(parts)
    return Reference("call", "call.flac", words[-1].end, text, words=tuple(words))


def test_a_reference_is_cut_at_its_pauses() -> None:
    assert split_reference(make_reference("My name is", "I live here")) == [
        Segment(0.0, 1.5, ("My", "name", "is")),
        Segment(2.5, 4.0, ("I", "live", "here")),
    ]


@pytest.mark.parametrize(("pause", "parts"), [(0.25, 1), (0.5, 2), (0.75, 2)])
def test_a_pause_of_half_a_second_is_enough(pause: float, parts: int) -> None:
    assert len(split_reference(make_reference("my name", "is jane", pause=pause))) == parts


def test_without_word_times_a_recording_is_one_segment() -> None:
    bare = Reference("call", "call.flac", 3.0, "My name is Jane")
    assert split_reference(bare) == [Segment(0.0, 3.0, ("My", "name", "is", "Jane"))]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("my name is i live here", ["my name is", "i live here"]),
        (
            "My name, is I live, here.",
            ["My name, is", "I live, here."],
        ),  # the normaliser's business
        ("my name i here", ["my name", "i here"]),
        ("my name was you live here", ["my name was", "you live here"]),
        ("my name is oh i live here", ["my name is oh", "i live here"]),  # as like one as the other
        ("my name is hi i live here", ["my name is", "hi i live here"]),  # shares more with "i"
        ("my name is iii well i live here", ["my name is", "iii well i live here"]),
        ("well my name is i live here now", ["well my name is", "i live here now"]),
        ("i live here", ["", "i live here"]),
        ("", ["", ""]),
    ],
)
def test_each_word_goes_with_the_segment_it_was_said_in(said: str, found: list[str]) -> None:
    heard = said.split()
    places = assign_words(
        split_reference(make_reference("my name is", "i live here")), heard, BASIC
    )
    assert [" ".join(heard[place] for place in mine) for mine in places] == found


def test_a_sign_that_the_normaliser_drops_keeps_its_place() -> None:
    places = assign_words(
        split_reference(make_reference("my name is", "i live here")),
        "my – is i live".split(),
        BASIC,
    )
    assert places == [[0, 1, 2], [3, 4]]
