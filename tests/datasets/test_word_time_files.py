"""CTM, STM and TextGrid files give transcripts and word times, of each channel of a call."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from streamwer import audio
from streamwer.reports.assembly import read_unused_rows
from streamwer.types import Word
from tests.datasets.prepared import files, prepare_rows, reasons, stereo
from tests.datasets.recordings import CTM, TEXTGRID, clip


def test_ctm_alone_gives_transcripts_and_times(mine: Path, out: Path) -> None:
    for name in "abc":
        clip(mine / f"{name}.flac")
    found, became = prepare_rows(files(mine, {"words.ctm": CTM}), out)
    assert found["a"].text == "Well hi"
    assert found["a"].words == (Word("Well", 0.0, 0.2), Word("hi", 0.2, 0.4))
    assert reasons(became) == ["c.flac: no CTM, STM or TextGrid speaks of it"]


def test_a_textgrid_alone_gives_transcript_and_times(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    found, _ = prepare_rows(files(mine, {"a.TextGrid": TEXTGRID}), out)
    assert found["a"].words == (Word("Well", 0.1, 0.2), Word("hi", 0.2, 0.5))


def test_stm_gives_the_transcript_and_ctm_its_times(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    clip(mine / "b.flac")
    stm = "a 1 ann 0.0 0.4 well, hi!\nb 1 bob 0.0 0.2 good\nb 1 bob 0.2 0.5 bye\n"
    ctm = "a 1 0.0 0.2 well\na 1 0.2 0.2 hi\n"
    found, _ = prepare_rows(files(mine, {"text.stm": stm, "words.ctm": ctm}), out)
    assert (found["a"].text, found["a"].speaker) == ("well, hi!", "ann")
    assert [word.text for word in found["a"].words] == ["well", "hi"]
    assert (found["b"].text, found["b"].words) == ("good bye", ())


def test_segments_that_are_not_to_be_scored_are_told_of(mine: Path, out: Path) -> None:
    for name in "ab":
        clip(mine / f"{name}.flac")
    skip = "IGNORE_TIME_SEGMENT_IN_SCORING"
    stm = f"a 1 x 0 0.1 {skip}\na 1 ann 0.1 0.4 hi\na 1 x 0.4 0.5 {skip}\nb 1 bob 0 0.5 bye\n"
    found, became = prepare_rows(files(mine, {"all.stm": stm}), out)
    assert (found["a"].text, found["a"].speaker) == ("hi", "ann")
    (note,) = became.format_lines()
    assert note == (
        "note: all.stm: 'a' has 2 segments that are not to be scored (0.2 s); "
        "what is heard there and in no other segment is left out"
    )
    assert found["a"].ignored_segments == ((0.0, 0.1), (0.4, 0.5))
    assert read_unused_rows(out).notes == ((became.notes[0].where, became.notes[0].reason),)
    _, became = prepare_rows(files(mine, {"a.txt": "hi"}), out)
    assert not became.notes


@pytest.mark.parametrize("timed", [{"words.ctm": CTM}, {"a.TextGrid": TEXTGRID}])
def test_times_beside_another_form_are_taken(timed: dict[str, str], mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    found, became = prepare_rows(files(mine, {"a.txt": "Well, hi!", **timed}), out)
    assert found["a"].text == "Well, hi!"
    assert [word.text for word in found["a"].words] == ["Well", "hi"]
    assert became.form == "pairs of audio and text files, word times beside it"


def test_times_of_other_words_are_refused(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    clip(mine / "b.flac")
    texts = {"a.txt": "something else", "b.txt": "bye", "x.ctm": CTM}
    found, became = prepare_rows(files(mine, texts), out)
    assert list(found) == ["b"]
    assert reasons(became) == ["a.txt: its words are not the words of its transcript"]


SAYS = {
    "id": ({"key": "call-7", "wav": "a.wav", "txt": "hi"}, "no audio file of a row is called 'x'"),
    "segment": (
        {"wav": "x.wav", "txt": "hi", "offset": 0, "duration": 0.2},
        "its words are of the whole of 'x', and no row is",
    ),
}


@pytest.mark.parametrize(("row", "said"), SAYS.values(), ids=SAYS)
def test_times_that_no_row_has_are_listed(
    row: dict[str, object], said: str, mine: Path, out: Path
) -> None:
    clip(mine / str(row["wav"]))
    clip(mine / "left_out.wav")  # which is no row: nor are its word times missed
    names = [*(["left_out", "y"] if "key" in row else []), "x"]
    ctm = "".join(f"{name} 1 0 0.2 hi\n" for name in sorted(names))
    found, became = prepare_rows(files(mine, {"x.json": json.dumps(row), "x.ctm": ctm}), out)
    assert not any(item.words for item in found.values())
    (reason,) = reasons(became)
    assert reason.startswith(f"x.ctm: {said}")
    assert (", nor 1 more that it speaks of; word times" in reason) == ("key" in row)


TWO = "call A 0.0 0.3 hello\ncall B 0.2 0.4 hi\ncall A 0.7 0.2 bye\n"


def test_a_two_party_call_is_split_into_its_channels(mine: Path, out: Path) -> None:
    stereo(mine / "call.wav", 0.5, -0.25)
    found, _ = prepare_rows(files(mine, {"call.ctm": TWO}), out, channels="split")
    assert {name: item.text for name, item in found.items()} == {
        "call-A": "hello bye",
        "call-B": "hi",
    }
    for name, level in (("call-A", 0.5), ("call-B", -0.25)):
        assert np.allclose(audio.load_audio(out / found[name].audio), level, atol=1e-4)


def test_the_channels_of_pairs_have_the_times_of_their_channels(mine: Path, out: Path) -> None:
    stereo(mine / "call.wav", 0.5, -0.25)
    texts = {"call.A.txt": "Hello, bye.", "call.B.txt": "Hi!", "call.ctm": TWO}
    found, _ = prepare_rows(files(mine, texts), out, channels="split")
    assert [(word.text, word.start) for word in found["call-A"].words] == [
        ("hello", 0.0),
        ("bye", 0.7),
    ]
    assert found["call-B"].words == (Word("hi", 0.2, pytest.approx(0.6)),)


def test_or_mixed_with_the_words_in_order_of_time(mine: Path, out: Path) -> None:
    stereo(mine / "call.wav", 0.5, -0.25)
    found, _ = prepare_rows(files(mine, {"call.ctm": TWO}), out)
    assert found["call"].text == "hello hi bye"
    assert [(word.start, word.end) for word in found["call"].words] == [
        (0.0, 0.3),
        (0.2, pytest.approx(0.6)),
        (0.7, pytest.approx(0.9)),
    ]
    assert np.allclose(audio.load_audio(out / "audio/call.flac"), 0.125, atol=1e-4)


ONE_CALL = "call 1 0.1 0.1 Well\ncall 1 0.2 0.3 hi\n"
SILENCE = TEXTGRID.replace("Well", "").replace("hi", "sil")


@pytest.mark.parametrize("channels", ["mix", "split"])
@pytest.mark.parametrize("other", [{"x/call.TextGrid": TEXTGRID}, {"call.TextGrid": SILENCE}])
def test_a_textgrid_is_of_the_only_channel_that_a_ctm_has_and_then_a_second_one(
    other: dict[str, str], channels: str, mine: Path, out: Path
) -> None:
    clip(mine / "call.wav")
    found, became = prepare_rows(
        files(mine, {"call.ctm": ONE_CALL, **other}), out, channels=channels
    )
    assert [item.text for item in found.values()] == ["Well hi"]
    (reason,) = reasons(became)
    assert reason.startswith(next(iter(other)))
    assert "call.ctm" in reason


@pytest.mark.parametrize("channels", ["mix", "split"])
@pytest.mark.parametrize("timed", [{"call.ctm": ONE_CALL}, {"call.TextGrid": TEXTGRID}])
def test_channel_a_is_channel_1_and_what_a_file_without_channels_is_of(
    timed: dict[str, str], channels: str, mine: Path, out: Path
) -> None:
    clip(mine / "call.wav")
    files(mine, {"call.stm": "call A ann 0 0.5 Well, hi!\n", **timed})
    found, became = prepare_rows(mine, out, channels=channels)
    assert list(found) == ["call-A" if channels == "split" else "call"]
    (only,) = found.values()
    assert (only.text, [word.text for word in only.words]) == ("Well, hi!", ["Well", "hi"])
    assert not became.unusable


def test_a_textgrid_beside_two_channels_is_a_problem(mine: Path, out: Path) -> None:
    stereo(mine / "call.wav", 0.5, -0.25)
    found, became = prepare_rows(files(mine, {"call.ctm": TWO, "call.TextGrid": TEXTGRID}), out)
    assert found["call"].text == "hello hi bye"
    assert reasons(became) == [
        "call.TextGrid: which channel of 'call' is it of: A, B? use CTM, which says so"
    ]


def test_channels_that_cannot_be_the_same_or_told_apart_are_not_mixed(
    mine: Path, out: Path
) -> None:
    for name in ("a", "call"):
        clip(mine / f"{name}.wav")
    stm = "a 1 ann 0 0.5 hi\ncall A ann 0 0.5 Well, hi!\n"
    files(mine, {"all.stm": stm, "call.ctm": ONE_CALL.replace("call 1", "call 0")})
    found, became = prepare_rows(mine, out)
    assert list(found) == ["a"]
    assert reasons(became)[0] == (
        "call.ctm: channel 0 of 'call' is not in all.stm; name channels alike"
    )


def test_the_words_of_channel_1_are_those_of_call_a_txt_and_of_no_other_file(
    mine: Path, out: Path
) -> None:
    clip(mine / "call.wav")
    clip(mine / "call-1.wav")
    files(mine, {"call.ctm": ONE_CALL, "call.A.txt": "Well hi", "call-1.txt": "else"})
    found, _ = prepare_rows(mine, out, channels="split")
    assert len(found["call-A"].words) == 2
    files(mine, {"call.txt": "Well hi"})
    found, became = prepare_rows(mine, out)
    assert {name: len(item.words) for name, item in found.items()} == {"call": 2, "call-1": 0}
    assert not became.unusable


def test_channels_of_pairs_and_tables(mine: Path, out: Path) -> None:
    stereo(mine / "call.wav", 0.5, -0.25)
    texts = {"call.A.TXT": "hello", "call.b.txt": "hi"}
    found, _ = prepare_rows(files(mine, texts), out, channels="split")
    assert {name: item.text for name, item in found.items()} == {"call-A": "hello", "call-B": "hi"}
    rows = "file_name,text,side\ncall.wav,hello,1\ncall.wav,hi,2\ncall.wav,oh,3\ncall.wav,oh,x\n"
    files(mine, {"metadata.csv": rows})
    found, became = prepare_rows(mine, out, channels="split", columns={"channel": "side"})
    assert np.allclose(audio.load_audio(out / found["call-2"].audio), -0.25, atol=1e-4)
    assert "it has 2 channels, and no channel 3" in found["call-3"].broken
    assert reasons(became) == ["row 4: the channel 'x' is none of 1, 2, … or A, B, …"]
