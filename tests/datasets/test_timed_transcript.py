"""What several people say at once, as one transcript in order of time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.datasets.timed_transcript import TimedTranscript, mix_channels, sort_by_time
from streamwer.types import Word
from tests.datasets.prepared import files, prepare_rows, reasons, stereo
from tests.datasets.recordings import clip

SAID = ["Well,", "well", "twenty-five", "no! —", "a", "and", "x.", "O’Neil", "well"]


@st.composite
def calls(draw: st.DrawFn) -> list[list[tuple[str, float, float]]]:
    """Turns of who speaks: words with times, none at the same moment as another's."""
    count = draw(st.integers(1, 12))
    turns = draw(st.integers(1, 3))
    words = [(draw(st.sampled_from(SAID)), n / 10, n / 10 + 0.15) for n in range(count)]
    whose = [draw(st.integers(0, turns - 1)) for _ in words]
    return [[w for w, of in zip(words, whose, strict=True) if of == turn] for turn in range(turns)]


def channel(turns: list[list[tuple[str, float, float]]]) -> TimedTranscript:
    """A channel as an STM has it, with the words of a CTM, which has no signs."""
    turns = [turn for turn in turns if turn]
    segments = [
        (turn[0][1], turn[-1][2], "ann", " ".join(text for text, *_ in turn)) for turn in turns
    ]
    plain = sorted(
        (start, end, "".join(letter for letter in text if letter.isalnum()))
        for turn in turns
        for text, start, end in turn
    )
    words = tuple(Word(text, start, end) for start, end, text in plain)
    said = " ".join(text for *_, text in sorted(segments))
    return TimedTranscript("x", said, "ann", words, tuple(sorted(segments)))


@given(calls())
def test_words_of_channels_are_those_of_the_transcripts_in_order_of_their_times(
    turns: list[list[tuple[str, float, float]]],
) -> None:
    call = mix_channels([channel([turn]) for turn in turns if turn])
    ordered = sorted((start, end, text) for turn in turns for text, start, end in turn)
    if sum(map(bool, turns)) > 1:
        assert call.text == " ".join(text for *_, text in ordered)
        assert [word.start for word in call.words] == [start for start, *_ in ordered]


@given(calls())
def test_so_are_those_of_segments_that_overlap_in_one_channel(
    turns: list[list[tuple[str, float, float]]],
) -> None:
    unlike = [
        [(f"{start * 10:02.0f}{text}", start, end) for text, start, end in turn] for turn in turns
    ]
    call = sort_by_time(channel(unlike))
    ordered = sorted((start, text) for turn in unlike for text, start, _ in turn)
    assert call.text == " ".join(text for _, text in ordered)


SPOKE_AT_ONCE = [
    (0.0, 4.0, "ann", "Yes, and I thought so."),
    (1.0, 2.0, "bob", "Yes. A dog!"),
]


def test_segments_of_one_channel_that_overlap_are_told_word_by_word() -> None:
    heard = "yes and yes a dog i thought so".split()
    words = tuple(Word(text, n / 2, n / 2 + 0.5) for n, text in enumerate(heard))
    stm = "Yes, and I thought so. Yes. A dog!"
    spoken = TimedTranscript("x", stm, "", words, tuple(SPOKE_AT_ONCE))
    found = sort_by_time(spoken)
    assert found.text == "Yes, and Yes. A dog! I thought so."
    assert [word.start for word in found.words] == [word.start for word in words]
    other = replace(spoken, words=(*words, Word("oh", 4.0, 4.5)))
    assert sort_by_time(other) == other  # and is refused: its words are others


STM = """call A ann 0.0 1.0 Hello, you!
call B bob 0.2 0.4 Hi.
call B x 0.4 0.5 ignore_time_segment_in_scoring
"""
CTM = "call A 0.0 0.1 hello\ncall B 0.2 0.1 hi\ncall A 0.5 0.2 you\n"


def test_the_transcript_of_mixed_channels_is_the_stm_s(tmp_path: Path) -> None:
    stereo(tmp_path / "mine/call.wav", 0.5, -0.25)
    found, became = prepare_rows(
        files(tmp_path / "mine", {"text.stm": STM, "words.ctm": CTM}), tmp_path / "out"
    )
    assert found["call"].text == "Hello, Hi. you!"
    assert [(word.text, word.start) for word in found["call"].words] == [
        ("Hello,", 0.0),
        ("Hi.", 0.2),
        ("you!", 0.5),
    ]
    assert (became.unusable, len(became.notes)) == ((), 1)


@pytest.mark.parametrize(
    ("ctm", "text"),
    [
        ("", "Hello, you! Hi."),
        (CTM.replace("call B 0.2 0.1 hi\n", ""), "Hello, Hi. you!"),
    ],
)
def test_where_one_channel_has_no_word_times_its_segments_stand_where_they_begin(
    ctm: str, text: str, tmp_path: Path
) -> None:
    stereo(tmp_path / "mine/call.wav", 0.5, -0.25)
    found, _ = prepare_rows(
        files(tmp_path / "mine", {"text.stm": STM, "words.ctm": ctm}), tmp_path / "out"
    )
    assert (found["call"].text, found["call"].words) == (text, ())


def test_a_channel_in_which_nothing_is_scored_costs_the_other_neither_times_nor_speaker(
    tmp_path: Path,
) -> None:
    stereo(tmp_path / "mine/call.wav", 0.5, -0.25)
    stm, ctm = STM.replace("call B bob 0.2 0.4 Hi.\n", ""), CTM.replace("call B 0.2 0.1 hi\n", "")
    found, became = prepare_rows(
        files(tmp_path / "mine", {"text.stm": stm, "words.ctm": ctm}), tmp_path / "out"
    )
    assert (found["call"].text, found["call"].speaker) == ("Hello, you!", "ann")
    assert [word.start for word in found["call"].words] == [0.0, 0.5]
    assert (became.unusable, len(became.notes)) == ((), 1)
    assert found["call"].ignored_segments == ()  # she speaks then
    files(tmp_path / "mine", {"text.stm": stm.replace("0.0 1.0 Hello", "0.0 0.45 Hello")})
    found, _ = prepare_rows(tmp_path / "mine", tmp_path / "out")
    assert found["call"].ignored_segments == ((0.45, 0.5),)


def test_one_channel_of_a_ctm_and_the_other_of_an_stm_are_mixed(tmp_path: Path) -> None:
    stereo(tmp_path / "mine/call.wav", 0.5, -0.25)
    stm, ctm = STM.split("\n", 1)[1], CTM.replace("call B 0.2 0.1 hi\n", "")
    found, became = prepare_rows(
        files(tmp_path / "mine", {"text.stm": stm, "words.ctm": ctm}), tmp_path / "out"
    )
    assert (found["call"].text, found["call"].words) == ("hello Hi. you", ())
    assert not became.unusable


def test_words_that_are_not_the_stm_s_are_refused_on_mixed_channels_too(tmp_path: Path) -> None:
    stereo(tmp_path / "mine/call.wav", 0.5, -0.25)
    clip(tmp_path / "mine/good.wav")
    files(tmp_path / "mine", {"text.stm": f"{STM}good 1 ann 0 0.1 hi\n"})
    files(tmp_path / "mine", {"words.ctm": CTM.replace("hello", "hullo")})
    found, became = prepare_rows(tmp_path / "mine", tmp_path / "out")
    assert list(found) == ["good"]
    (reason,) = reasons(became)
    assert reason.endswith("its words are not the words of its transcript")
