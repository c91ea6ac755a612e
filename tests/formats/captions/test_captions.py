"""Captions can be read: short enough, long enough, in order, and with every word once."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from streamwer.errors import StreamwerError
from streamwer.formats.captions.cue import Cue, break_lines
from streamwer.formats.captions.formats import CAPTION_FORMATS
from streamwer.formats.captions.segmentation import CaptionSegmenter
from streamwer.formats.captions.writing import CaptionWriter
from streamwer.text.words import join_words
from streamwer.types import Word
from tests.scripted import script

SPOKEN = st.sampled_from(
    "a I'm hello weather. really? 3.5 & <b>bold</b> --> é <c.x> 1".split()
    + "שלום مرحبا؟ 你 好 。 สวัส ดี".split()
)


@st.composite
def streams(draw: st.DrawFn) -> list[Word]:
    """Words in order, at any pace that people speak at."""
    at, words = 0.0, []
    for text in draw(st.lists(SPOKEN, max_size=60)):
        at += draw(st.sampled_from([0.0, 0.0, 0.05, 0.3, 0.79, 0.8, 3.0]))
        length = draw(st.sampled_from([0.1, 0.2, 0.333, 0.5, 1.0, 9.0]))
        words.append(Word(text, round(at, 3), round(at + length, 3)))
        at += length
    return words


def cut(words: Sequence[Word], step: int = 3) -> list[Cue]:
    segmenter, cues = CaptionSegmenter(), []
    for i in range(0, len(words), step):
        part = words[i : i + step]
        cues += segmenter.add(part, part[-1].end, has_pending=True)
    return cues + segmenter.finish()


def read_srt(text: str) -> list[Cue]:
    """A strict reader: numbers from 1, two or three lines, one empty line behind each."""
    return [
        Cue(seconds(found[2]), seconds(found[3]), tuple(found[4].split("\n")))
        for i, found in enumerate(blocks(text, r"(\d+)\n({t}) --> ({t})\n"), 1)
        if (int(found[1]) == i) or pytest.fail(f"{found[1]} is not {i}")
    ]


def read_vtt(text: str) -> list[Cue]:
    head, text = text[:8], text[8:]
    assert head == "WEBVTT\n\n"
    found = list(blocks(text, r"()({t}) --> ({t})\n"))
    assert not any(re.search(r"<|>|&(?!amp;|lt;|gt;)", each[4]) for each in found)
    return [
        Cue(seconds(each[2]), seconds(each[3]), tuple(unescaped(each[4]).split("\n")))
        for each in found
    ]


def blocks(text: str, head: str) -> list[re.Match[str]]:
    time = r"\d\d+:[0-5]\d:[0-5]\d[.,]\d\d\d"
    block = re.compile(head.replace("{t}", time) + r"((?:(?!.*-->).+\n)*(?!.*-->).+)\n\n")
    found, at = [], 0
    while at < len(text):
        match = block.match(text, at)
        assert match, f"not captions: {text[at:][:80]!r}"
        found.append(match)
        at = match.end()
    return found


def seconds(time: str) -> float:
    hours, minutes, rest = time.replace(",", ".").split(":")
    return round(int(hours) * 3600 + int(minutes) * 60 + float(rest), 3)


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def written(name: str, cues: Sequence[Cue]) -> str:
    form = CAPTION_FORMATS[name]
    return form.head + "".join(form.cue(i, cue) for i, cue in enumerate(cues, 1))


@given(streams(), st.integers(1, 5))
def test_cues_follow_each_other_and_last_as_long_as_can_be_read(
    words: list[Word], step: int
) -> None:
    cues = cut(words, step)
    for cue in cues:
        assert 1.0 <= round(cue.end - cue.start, 3) <= 7.0
    for before, after in itertools.pairwise(cues):
        assert before.end <= after.start


@given(streams(), st.integers(1, 5))
def test_every_word_is_in_one_cue_and_fits_the_lines(words: list[Word], step: int) -> None:
    cues = cut(words, step)
    assert join_words(line for cue in cues for line in cue.lines) == join_words(
        w.text for w in words
    )
    for cue in cues:
        assert 1 <= len(cue.lines) <= 2
        assert all(cell_len(line) <= 42 for line in cue.lines)


@given(streams())
def test_what_is_written_reads_back(words: list[Word]) -> None:
    cues = cut(words)
    assert read_vtt(written("vtt", cues)) == cues
    arrowless = [Cue(c.start, c.end, tuple(x.replace("-->", "→") for x in c.lines)) for c in cues]
    assert read_srt(written("srt", cues)) == arrowless
    assert written("text", cues).splitlines() == [cue.text for cue in cues]


@given(streams(), st.integers(1, 5), st.integers(1, 5))
def test_where_cues_end_does_not_depend_on_how_words_are_handed_over(
    words: list[Word], one: int, other: int
) -> None:
    assert cut(words, one) == cut(words, other)


def test_a_sentence_ends_a_cue_but_a_very_short_one_does_not() -> None:
    words = script('Yes. That is right. He said "stop." and left', pace=0.3, begin=0.0)
    assert [cue.text for cue in cut(words)] == [
        "Yes. That is right.",
        'He said "stop." and left',
    ]


def test_a_pause_ends_a_cue_at_once_unless_more_is_expected() -> None:
    segmenter, words = CaptionSegmenter(), script("so well", pace=0.5, begin=1.0)
    assert segmenter.add(words, audio_end=2.5, has_pending=False) == []
    assert segmenter.add((), audio_end=3.5, has_pending=True) == []
    assert segmenter.pending_words == words
    assert segmenter.add((), audio_end=3.5, has_pending=False) == [Cue(1.0, 2.0, ("so well",))]
    assert segmenter.pending_words == ()
    assert segmenter.finish() == []


def test_a_short_cue_stays_for_a_second_and_the_next_waits_for_it() -> None:
    words = (Word("oh", 1.0, 1.1), Word("yes", 1.95, 2.5))
    assert cut(words) == [Cue(1.0, 2.0, ("oh",)), Cue(2.0, 3.0, ("yes",))]


def test_two_lines_are_about_as_long_and_break_behind_a_comma() -> None:
    text = "we can send a new battery to Madrid, and the old one goes back to you"
    assert break_lines(text.split()) == (
        "we can send a new battery to Madrid,",
        "and the old one goes back to you",
    )
    assert break_lines(["x" * 50]) == ("x" * 50,)
    assert break_lines(("word " * 18).split()) is None


def test_scripts_without_spaces_have_none_and_count_by_their_width() -> None:
    words = [Word(c, i / 5, (i + 1) / 5) for i, c in enumerate("天气很好" * 10)]
    lines = [line for cue in cut(words) for line in cue.lines]
    assert "".join(lines) == "天气很好" * 10
    assert max(map(len, lines)) <= 21


@pytest.mark.parametrize(
    ("time", "srt"), [(0.0, "00:00:00,000"), (3661.0015, "01:01:01,002"), (3.6e5, "100:00:00,000")]
)
def test_times(time: float, srt: str) -> None:
    assert written("srt", [Cue(time, time + 1, ("x",))]).splitlines()[1].startswith(srt + " --> ")


def test_controls_and_line_breaks_in_a_word_cannot_break_the_file() -> None:
    cues = cut([Word("a\n\n00:00:00.000 -->\x00\x1b[2J", 0.0, 2.0)])
    assert read_vtt(written("vtt", cues)) == cues


def test_a_file_can_be_followed_while_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "new/call.vtt"
    writer = CaptionWriter(path, CAPTION_FORMATS["vtt"])
    assert path.read_text() == "WEBVTT\n\n"
    for i in range(3):
        writer.add([Cue(i, i + 1, (str(i),))])
        assert [cue.lines for cue in read_vtt(path.read_text())] == [
            (str(n),) for n in range(i + 1)
        ]
    writer.close()


def test_a_file_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StreamwerError, match="cannot be written"):
        CaptionWriter(tmp_path / "file/call.srt", CAPTION_FORMATS["srt"])
