"""Altered copies of a recording are late together: they make no interval shorter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from streamwer.analysis.gate.measures import MEASURES
from streamwer.analysis.gate.run_group import RunGroup
from streamwer.analysis.sweeps.effects import estimate_main_effects
from streamwer.analysis.sweeps.point import build_point
from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.comparison import compare_latencies
from streamwer.metrics.tables import Scores, score
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters

SCORING = ScoringConfig(normaliser="basic")


def score_copies(seed: int, copies: int) -> Scores:
    """Calls of four words; each copy of one is as late as the call itself."""
    rng = np.random.default_rng(seed)
    spoken, steps = [], []
    for number, late in enumerate(rng.exponential(size=20)):
        words = tuple(Word(text, at, at + 0.5) for at, text in enumerate("abcd"))
        call = Reference(f"call_{number:02}", "", 5.0, "a b c d", words=words)
        altered = [
            replace(call, recording=f"{call.recording}@{i}", source=call.recording)
            for i in range(copies)
        ]
        for each in (call, *altered):
            at = 5.0 + late
            update = Update(words)
            name = each.recording
            steps.append(
                Step(name, 0, 5.0, 5.0, 5.0, at, StageTimes(), WorkCounters(), update, True)
            )
            spoken.append(each)
    return score(spoken, EventLog(tuple(steps)), get_normaliser("basic"))


def between_systems(old: Scores, new: Scores) -> object:
    return compare_latencies(new, old, SCORING)


def in_the_gate(old: Scores, new: Scores) -> object:
    names = ("commit_p50", "first_text_p50")
    return [
        MEASURES[name].compare(RunGroup((old,)), RunGroup((new,)), SCORING.confidence)
        for name in names
    ]


def in_a_sweep(old: Scores, new: Scores) -> object:
    scores = {"old": old, "new": new}
    points = [build_point(name, "", {"a": name}, each, SCORING) for name, each in scores.items()]
    return [level.late for level in estimate_main_effects(points, scores, ["a"], SCORING)[0].levels]


@pytest.mark.parametrize("compared", [between_systems, in_the_gate, in_a_sweep])
def test_copies_make_a_comparison_of_latencies_no_surer(
    compared: Callable[[Scores, Scores], object],
) -> None:
    alone, with_copies = (compared(score_copies(1, n), score_copies(2, n)) for n in (0, 3))
    assert with_copies == alone
