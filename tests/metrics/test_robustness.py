"""The same recordings under several conditions, and what each condition costs."""

from __future__ import annotations

import numpy as np
import pytest

from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.robustness import summarise_conditions
from streamwer.metrics.summary import summarise
from streamwer.metrics.tables import Scores, score
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters

SCORING = ScoringConfig(normaliser="basic")
SAID = ("one", "two", "three", "four")


def call(number: int, condition: str = "") -> Reference:
    words = tuple(Word(text, at, at + 0.5) for at, text in enumerate(SAID))
    name = f"call_{number}"
    altered = f"{name}@{condition}" if condition else name
    source = name if condition else ""
    return Reference(altered, "", 5.0, " ".join(SAID), words=words, source=source)


def make_step(reference: Reference, wrong: int, late: float) -> Step:
    """All of a call at once, the first words of it wrong, `late` after its last word."""
    words = [Word("wrong", w.start, w.end) for w in reference.words[:wrong]]
    update = Update((*words, *reference.words[wrong:]), ())
    at = reference.words[-1].end + late
    return Step(reference.recording, 0, 5.0, at, at, at, StageTimes(), WorkCounters(), update, True)


def scores(calls: int = 6, conditions: tuple[str, ...] = ("telephone", "gsm+loss")) -> Scores:
    """A telephone costs one word in every second call; a bad mobile two in each, and a second."""
    spoken, steps = [], []
    for number in range(calls):
        for condition in ("", *conditions):
            reference = call(number, condition)
            wrong = {"": 0, "telephone": number % 2, "gsm+loss": 2}[condition]
            spoken.append(reference)
            steps.append(make_step(reference, wrong, 1.0 if condition == "gsm+loss" else 0.0))
    return score(spoken, EventLog(tuple(steps)), get_normaliser("basic"))


def test_each_condition_is_told_from_the_recordings_under_it() -> None:
    none, mobile, telephone = summarise_conditions(scores(), SCORING)
    assert [none.condition, mobile.condition, telephone.condition] == [
        "none",
        "gsm+loss",
        "telephone",
    ]
    assert {each.recordings for each in (none, mobile, telephone)} == {6}
    assert [each.wer.value for each in (none, mobile, telephone)] == [0, 0.5, 0.125]
    assert none.change is None
    assert mobile.change is not None
    assert telephone.change is not None
    assert mobile.change.value == 0.5
    assert (
        mobile.change.excludes_zero
    )  # 12 of 24 words in each call alike: no certainty, but enough
    assert telephone.change.low < 0.125 < telephone.change.high
    assert mobile.p50.value == pytest.approx((none.p50.value or 0) + 1)


def test_there_is_nothing_to_tell_where_nothing_was_altered() -> None:
    assert summarise_conditions(scores(conditions=()), SCORING) == ()


def test_a_change_needs_the_same_recordings_as_they_are() -> None:
    whole = scores()
    rows = whole.recordings["recording"] != "call_3"
    words = whole.words[whole.words["recording"] != "call_3"]
    parted = summarise_conditions(Scores(whole.recordings[rows], words), SCORING)
    assert [each.change for each in parted] == [None, None, None]


def test_copies_of_a_recording_are_resampled_together() -> None:
    """Six calls three times over are six blocks, not eighteen."""
    found = scores()
    assert found.recordings["speaker"].nunique() == 6
    assert found.words["speaker"].nunique() == 6
    summary = summarise("system", found, None, SCORING, {})
    assert not [each for each in summary.slices if each.kind == "speaker"]
    # A resample of whole calls holds a third of the late words whatever it draws.
    shown = summary.commit_latency["p50"]
    assert shown.low == shown.high == shown.value
    assert len(summary.conditions) == 3
    assert np.isfinite(summary.wer.low)
