"""Words invented per minute of non-speech: silent recordings, and long pauses between words."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest

from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.invented_words import count_invented_words, find_nonspeech
from streamwer.metrics.summary import summarise
from streamwer.metrics.tables import score
from streamwer.text.normalise import get_normaliser
from streamwer.types import Failure, Reference, StageTimes, Step, Update, Word, WorkCounters
from tests.metrics.figures import compute_ratio

SPOKEN = (Word("good", 2.0, 2.5), Word("morning", 3.0, 3.5), Word("jane", 9.5, 10.0))
CALL = Reference("call", "", 12.0, "good morning jane", words=SPOKEN)
SILENCE = Reference("silence", "", 30.0, "")


def test_non_speech_is_where_no_word_is_for_a_second() -> None:
    assert list(find_nonspeech(CALL)) == [(0.0, 2.0), (3.5, 9.5), (10.0, 12.0)]
    assert list(find_nonspeech(SILENCE)) == [(0.0, 30.0)]
    ignored = replace(CALL, ignored_segments=((4.0, 9.0),))
    assert list(find_nonspeech(ignored)) == [(0.0, 2.0), (10.0, 12.0)]


def test_a_transcript_without_word_times_says_nothing_of_pauses() -> None:
    assert list(find_nonspeech(replace(CALL, words=()))) == []


def test_words_count_that_lie_in_non_speech() -> None:
    inserted = [Word("um", 2.5, 2.9), Word("thank", 5.0, 5.2), Word("you", 5.2, 5.4)]
    assert count_invented_words(CALL, inserted) == (2, 10.0)
    assert count_invented_words(SILENCE, [Word("you", 99.0, 99.0)]) == (1, 30.0)


def log_of(recording: str, *words: Word) -> EventLog:
    update = Update(words)
    return EventLog(
        (Step(recording, 0, 12.0, 12.0, 12.0, 12.5, StageTimes(), WorkCounters(), update, True),)
    )


def test_it_is_a_figure_of_its_own() -> None:
    """Two words in ten seconds of pauses and half a minute of silence: three a minute."""
    spoken = log_of("call", *SPOKEN[:2], Word("thank", 5.0, 5.2), Word("you", 5.2, 5.4), SPOKEN[2])
    silent = log_of("silence")
    log = EventLog((*spoken.steps, *silent.steps))
    scores = score([CALL, SILENCE], log, get_normaliser("basic"))
    summary = summarise("x", scores, None, ScoringConfig("basic"), {})
    assert summary.errors.insertions == 2
    assert summary.figures["invented"].value == pytest.approx(2 / (40 / 60))


def test_a_recording_that_failed_is_no_silence_that_was_kept() -> None:
    log = EventLog((), failures=(Failure("silence", "it broke"),))
    scores = score([SILENCE], log, get_normaliser("basic"))
    assert math.isnan(compute_ratio("invented", scores.recordings))


def test_scores_of_earlier_versions_do_not_say() -> None:
    assert math.isnan(compute_ratio("invented", pd.DataFrame({"failure": [""]})))
