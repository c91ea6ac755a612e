"""The papers' latency figures of whole recordings, from their event logs."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.simulst_latency import SimulstLatency
from streamwer.metrics.summary import summarise
from streamwer.metrics.tables import score
from streamwer.text.normalise import get_normaliser
from streamwer.types import Failure, Reference, Word
from tests.formats.calls import own_step

SPOKEN = Reference(
    "call",
    "call.flac",
    4.0,
    "my name is jane",
    words=(
        Word("my", 0.0, 0.5),
        Word("name", 0.5, 1.0),
        Word("is", 2.0, 2.5),
        Word("jane", 2.5, 3),
    ),
)
STEPS = (own_step(0, 1.0, 1.25, "my name"), own_step(1, 3.0, 3.5, "is"), own_step(2, 4, 5, "jane"))


def summarise_lagging(events: EventLog, *references: Reference) -> SimulstLatency:
    scores = score(references or [SPOKEN], events, get_normaliser("basic"))
    return summarise("system", scores, None, ScoringConfig("basic"), {}).simulst_latency


def test_each_figure_is_told_without_and_with_compute() -> None:
    found = summarise_lagging(EventLog(STEPS))
    assert found["laal"].ideal == pytest.approx((1 + (1 - 1) + (3 - 2) + (4 - 3)) / 4)
    assert found["laal"].aware == pytest.approx((1.25 + 0.25 + 1.5 + 2.0) / 4)
    assert found["al"] == found["laal"]  # as many words were said as there are in the reference
    assert found["end_offset"].ideal == pytest.approx(0.0)
    assert found["end_offset"].aware == pytest.approx(1.0)
    # Pseudo-words end at 0.3, 0.6, 0.9, 1.0 and so on; the third and fourth words pair with those.
    assert found["atd"].ideal == pytest.approx((0.7 + 0.4 + (3 - 0.9) + (4 - 1.0)) / 4)
    assert found["atd"].aware == pytest.approx((0.95 + 0.65 + (3.5 - 0.9) + (5 - 1.0)) / 4)


def test_streamlaal_counts_from_the_start_of_each_segment() -> None:
    found = summarise_lagging(EventLog(STEPS))
    assert found.segments == 2
    # "my name" from 0 for 1 s: the first word came at its end, so it alone counts: 1 s.
    # "is jane" from 2 for 1 s: likewise 3 − 2 = 1 s. With compute both come after the end.
    assert found["stream_laal"].ideal == pytest.approx((1.0 + 1.0) / 2)
    assert found["stream_laal"].aware == pytest.approx((1.25 + 1.5) / 2)


def test_streamlaal_is_a_mean_over_segments_not_over_recordings() -> None:
    short = replace(SPOKEN, recording="short", text="my name", words=SPOKEN.words[:2], seconds=2.0)
    late = own_step(0, 2.0, 4.0, "my name", name="short")
    found = summarise_lagging(EventLog((*STEPS, late)), SPOKEN, short)
    assert found.segments == 3
    assert found["stream_laal"].aware == pytest.approx((1.25 + 1.5 + 4.0) / 3)
    assert found["end_offset"].aware == pytest.approx((1.0 + 2.0) / 2)


def test_a_recording_without_word_times_is_one_segment_and_its_streamlaal_is_its_laal() -> None:
    found = summarise_lagging(EventLog(STEPS), replace(SPOKEN, words=()))
    assert found.segments == 1
    assert found["stream_laal"] == found["laal"]


def test_silent_and_failed_recordings_are_left_out_and_counted() -> None:
    others = [replace(SPOKEN, recording=name) for name in ("silent", "failed")]
    nothing = own_step(0, 4.0, 4.5, "", name="silent")
    events = EventLog((*STEPS, nothing), (Failure("failed", "no audio"),))
    found = summarise_lagging(events, SPOKEN, *others)
    assert (found.silent_recordings, found.silent_segments) == (2, 4)
    assert found["laal"] == summarise_lagging(EventLog(STEPS))["laal"]


def test_a_log_that_does_not_tell_the_audio_heard_has_no_ideal_figures() -> None:
    blind = tuple(replace(step, audio_end=math.nan) for step in STEPS)
    found = summarise_lagging(EventLog(blind))
    assert all(math.isnan(delay.ideal) for delay in found.delays.values())
    assert found["laal"].aware == pytest.approx((1.25 + 0.25 + 1.5 + 2.0) / 4)
    assert math.isnan(found["atd"].aware)  # its pairing needs the audio heard


def test_a_segment_with_no_length_is_left_out() -> None:
    words = (*SPOKEN.words[:2], replace(SPOKEN.words[2], end=2.0))
    found = summarise_lagging(EventLog(STEPS), replace(SPOKEN, text="my name is", words=words))
    assert (found.segments, found.silent_segments) == (1, 1)


def test_a_script_without_spaces_is_counted_as_the_same_call_in_letters_with_spaces() -> None:
    def call(text: str, parts: list[str], *said: str) -> SimulstLatency:
        starts = (0.0, 0.5, 2.0, 2.5)
        words = tuple(Word(w, at, at + 0.5) for w, at in zip(parts, starts, strict=True))
        steps = (own_step(i, 1.0 + i, 1.25 + i, each) for i, each in enumerate(said))
        return summarise_lagging(EventLog(tuple(steps)), replace(SPOKEN, text=text, words=words))

    # The recogniser parts the words otherwise, and commits the full stop by itself.
    characters = call("今天我们去。", ["今天", "我", "们", "去。"], "今", "天我 们", "去", "。")
    letters = call("a b c d e.", ["a b", "c", "d", "e."], "a", "b c d", "e.", "")
    assert characters == letters
    assert characters.segments == 2
