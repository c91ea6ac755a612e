"""Cuts lie where the aligner heard what the transcript says, and no segment is too long."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.alignment.quality import AlignmentError, assess_quality, require_quality
from streamwer.alignment.segmentation import (
    match_recognised,
    split_into_segments,
    split_into_windows,
)
from streamwer.alignment.trimming import measure_speech, trim_pauses
from streamwer.config.alignment import ForcedConfig
from streamwer.types import Word


def make_words(count: int) -> list[Word]:
    """A word a second, half a second long."""
    return [Word(f"w{index}", index + 0.2, index + 0.7) for index in range(count)]


@given(
    heard=st.sets(st.integers(0, 99)),
    longest=st.sampled_from([5.0, 10.0, 28.0]),
)
def test_every_word_is_in_one_segment_of_bounded_length(heard: set[int], longest: float) -> None:
    truth = make_words(100)
    said = [word.text for word in truth]
    misheard = [w if i in heard else Word("x", w.start, w.end) for i, w in enumerate(truth)]
    try:
        found = split_into_segments(said, misheard, 100.0, longest)
    except AlignmentError:
        return  # too little was heard
    assert [found[0].first, found[-1].last] == [0, 100]
    assert all(one.last == other.first and one.end <= other.begin for one, other in pairwise(found))
    for segment in found:
        assert segment.end - segment.begin <= longest
        for word in truth[segment.first : segment.last]:
            assert segment.begin <= word.start
            assert word.end <= segment.end


def test_a_long_pause_lies_between_segments() -> None:
    before, after = (
        make_words(8),
        [Word(w.text + "b", w.start + 20, w.end + 20) for w in make_words(8)],
    )
    found = split_into_segments([w.text for w in before + after], before + after, 30.0, 29.0)
    assert [(each.first, each.last) for each in found] == [(0, 8), (8, 16)]
    assert found[0].end < 9
    assert found[1].begin > 19


def test_where_nothing_is_heard_the_recording_is_given_up() -> None:
    truth = make_words(60)
    heard = truth[:10] + truth[50:]
    with pytest.raises(AlignmentError, match=r"too little of the transcript after \d"):
        split_into_segments([word.text for word in truth], heard, 60.0, 28.0)


def test_punctuation_and_case_do_not_keep_words_from_matching() -> None:
    heard = [Word("Hello,", 0, 1), Word("WORLD", 1, 2)]
    assert match_recognised(["hello", "-", "world!"], heard) == {0: 0, 2: 1}


def test_windows_cover_the_recording_and_end_in_pauses() -> None:
    speech = [(0.0, 10.0), (11.0, 22.0), (22.1, 50.0)]
    assert split_into_windows(speech, 50.0, 20.0) == [
        (0.0, 10.5),
        (10.5, 22.05),
        (22.05, 42.05),
        (42.05, 50.0),
    ]


def test_pauses_are_left_out_of_words() -> None:
    speech = [(0.0, 1.1), (2.0, 3.0)]
    words = [Word("one", 0.5, 1.0), Word("two", 1.0, 3.5), Word("three", 3.5, 3.6)]
    found = trim_pauses(words, speech)
    assert [(word.start, word.end) for word in found] == [(0.5, 1.1), (2.0, 3.0), (3.5, 3.6)]
    assert [measure_speech(word, speech) for word in found] == pytest.approx([0.6, 1.0, 0.0])


def test_speech_before_a_pause_is_the_end_of_the_word_before_it() -> None:
    """The model gives the last sound of "brown" to "i", 2 s later, as on a telephone call."""
    speech = [(13.76, 15.23), (17.44, 18.46)]
    words = [Word("brown", 14.5, 14.91), Word("i", 14.91, 17.6), Word("lost", 17.6, 18.4)]
    found = trim_pauses(words, speech)
    assert [(word.start, word.end) for word in found[:2]] == [(14.5, 15.23), (17.44, 17.6)]


def test_the_last_word_lasts_as_long_as_its_speech_but_not_for_ever() -> None:
    for end, expected in ((1.3, 1.3), (9.0, 1.5), (0.9, 0.9)):
        (word,) = trim_pauses([Word("bye", 0.5, 1.0)], [(0.4, end)])
        assert word.end == expected


def test_a_part_that_the_transcript_lacks_is_speech_that_no_word_accounts_for() -> None:
    words = [Word("b", 15.0 + i / 2, 15.4 + i / 2, 0.9) for i in range(30)]
    whole = assess_quality(words, [0.1] * 30, [(15.0, 30.0)])
    half = assess_quality([replace(words[0], start=0.0), *words[1:]], [0.1] * 30, [(0.0, 30.0)])
    assert whole.unaligned_speech == pytest.approx(0.2)
    assert half.unaligned_speech > ForcedConfig().max_unaligned_speech
    with pytest.raises(AlignmentError, match="the transcript lacks a part"):
        require_quality(half, words, ForcedConfig())
