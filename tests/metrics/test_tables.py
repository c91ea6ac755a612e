"""Scoring an event log worked out by hand: every word, every denominator."""

from __future__ import annotations

import math

import pytest

from streamwer.config.scoring import ScoringConfig
from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.metrics.summary import summarise
from streamwer.metrics.tables import score
from streamwer.metrics.word_errors import get_plain_rate
from streamwer.text.normalise import get_normaliser
from streamwer.types import Failure, Reference, StageTimes, Step, Update, Word, WorkCounters

SPOKEN = (
    Word("My", 0.0, 0.2),
    Word("name", 0.2, 0.5),
    Word("is", 0.5, 0.7),
    Word("Jane", 0.8, 1.2),
)


def reference(recording: str, words: tuple[Word, ...] = SPOKEN) -> Reference:
    text = " ".join(word.text for word in words)
    return Reference(recording, f"audio/{recording}.flac", 2.0, text, recording[:1], words=words)


def step(recording: str, number: int, emitted: float, committed: str, tentative: str = "") -> Step:
    def words(text: str) -> tuple[Word, ...]:
        return tuple(Word(token, 0, 0) for token in text.split())

    return Step(
        recording=recording,
        step=number,
        audio_end=number + 1.0,
        ready=number + 1.0,
        start=emitted - 0.25,
        emitted=emitted,
        compute=StageTimes(features=0.01, encode=0.1, decode=0.12, align=0.01, other=0.01),
        effort=WorkCounters(100, 0, 5),
        update=Update(words(committed), words(tentative)),
        is_last=False,
    )


LOG = EventLog(
    steps=(
        step("a", 0, 1.25, "", "my nail"),
        step("a", 1, 2.25, "my name was well", ""),
    ),
    failures=(Failure("b", "the file is empty (0 bytes)"),),
)


def test_every_reference_word_has_one_row_with_its_moments() -> None:
    words = score([reference("a")], LOG, get_normaliser("basic")).words
    assert list(words["word"]) == ["my", "name", "is", "jane"]
    assert list(words["status"]) == ["hit", "hit", "substituted", "substituted"]
    assert list(words["shown"]) == [1.25, 2.25, 2.25, 2.25]
    assert list(words["committed"]) == [2.25] * 4
    assert list(words["committed"] - words["end"]) == pytest.approx([2.05, 1.75, 1.55, 1.05])


def test_a_failed_recording_loses_all_its_words_and_stays_in_the_denominator() -> None:
    scores = score([reference("a"), reference("b")], LOG, get_normaliser("basic"))
    failed = scores.recordings.set_index("recording").loc["b"]
    assert failed["failure"] == "the file is empty (0 bytes)"
    assert (failed["hits"], failed["deletions"]) == (0, 4)
    late = scores.words[scores.words["recording"] == "b"]["committed"]
    assert list(late) == [math.inf] * 4


def test_a_recording_that_the_log_forgot_is_a_failure_too() -> None:
    scores = score([reference("c")], LOG, get_normaliser("basic"))
    assert scores.recordings["failure"][0] == "the event log does not mention it"
    assert scores.recordings["deletions"][0] == 4


def test_the_summary_pools_counts_and_tells_the_coverage() -> None:
    scores = score([reference("a"), reference("b")], LOG, get_normaliser("basic"))
    scoring = ScoringConfig(normaliser="basic")
    summary = summarise("system", scores, None, scoring, {})
    assert get_plain_rate(summary.errors) == pytest.approx(6 / 8)
    assert summary.wer.value == pytest.approx(6 / 8)
    assert summary.coverage == pytest.approx(0.5)
    assert summary.commit_latency["p50"].value == pytest.approx(2.05)
    assert summary.commit_latency["p95"].value is None
    assert summary.figures["erasure"].value == pytest.approx(1 / 4)
    assert summary.cost.rtf == pytest.approx(0.5 / 2.0)  # the failed one cost nothing we saw
    assert dict(summary.failures) == {"b": "the file is empty (0 bytes)"}


def test_what_nothing_was_final_or_streamed_for_is_not_known_and_not_the_least_of_all() -> None:
    scoring = ScoringConfig(normaliser="basic")
    summary = summarise(
        "system", score([reference("b")], LOG, get_normaliser("basic")), None, scoring, {}
    )
    assert math.isnan(summary.figures["erasure"].value)
    assert math.isnan(summary.cost.rtf)
    assert all(map(math.isnan, summary.cost.stages.values()))


def test_a_data_set_without_word_times_still_has_a_wer() -> None:
    bare = Reference("a", "audio/a.flac", 2.0, "My name is Jane")
    summary = summarise(
        "system",
        score([bare], LOG, get_normaliser("basic")),
        None,
        ScoringConfig(normaliser="basic"),
        {},
    )
    assert summary.wer.value == pytest.approx(0.5)
    assert summary.commit_latency["p50"].value is None
    assert math.isnan(summary.coverage)


def test_a_call_whose_last_word_is_lost_was_never_finished() -> None:
    said = EventLog((step("a", 0, 1.25, "my name"),))
    heard = EventLog((step("a", 0, 1.25, "my name"), step("a", 1, 2.25, "is jane")))
    finished = [
        score([reference("a")], log, get_normaliser("basic")).recordings["finalisation"][0]
        for log in (said, heard)
    ]
    assert finished == [math.inf, pytest.approx(2.25 - 1.2)]


def test_without_references_there_is_nothing_to_score() -> None:
    with pytest.raises(LogError, match="no references to score"):
        score([], EventLog(()), get_normaliser("basic"))


@pytest.mark.parametrize("timed", [True, False])
def test_a_repeated_word_is_the_one_that_was_being_said(timed: bool) -> None:
    """ "No no no", of which the last alone is heard; a recogniser without word times says 0, 0."""
    spoken = tuple(Word("no", at, at + 0.5) for at in (0.0, 1.0, 2.0))
    word = Word("no", 2.0, 2.5) if timed else Word("no", 0.0, 0.0)
    first = Step("a", 0, 1.8, 1.8, 1.8, 1.9, StageTimes(), WorkCounters(), Update((), ()), False)
    last = Step("a", 1, 3.0, 3.0, 3.0, 3.2, StageTimes(), WorkCounters(), Update((word,), ()), True)
    call = Reference("a", "", 3.0, "no no no", words=spoken)
    words = score([call], EventLog((first, last)), get_normaliser("basic")).words
    assert list(words["status"]) == ["deleted", "deleted", "hit"]
    assert words["committed"].iloc[-1] - words["end"].iloc[-1] == pytest.approx(0.7)
