"""The clock `measured` from a run without one: what playing the call again gives, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.bench import retiming, systems
from streamwer import policies
from streamwer.simulation import build_clock, play
from streamwer.transcript import Step
from tests.scripted import Scripted, script, silence

WORDS = script("one two three four five six seven eight nine ten eleven twelve", pause=0.3)
SECONDS = 11.3
POLICIES = {e.policy: e.system.policy for e in systems.every() if e.chunk_s in (None, 1.0)}


def run(policy: Mapping[str, Any], costs: list[float], clock: str) -> tuple[Step, ...]:
    recogniser = Scripted(WORDS, cost=lambda call: costs[call % len(costs)])
    built = policies.build(policy)
    return tuple(play("call", silence(SECONDS), recogniser, built, build_clock(clock)))


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@settings(max_examples=40, deadline=None)
@given(
    chunk=st.sampled_from([0.5, 1.0, 3.0]),
    costs=st.lists(st.floats(0.0, 0.9), min_size=1, max_size=5),
)
def test_what_is_retimed_is_what_another_run_would_have_given(
    policy: Mapping[str, Any], chunk: float, costs: list[float]
) -> None:
    chunked = {**policy, "chunk_s": chunk} if "chunk_s" in policy else policy
    found = retiming.measured(run(chunked, costs, "unaware"), SECONDS)
    assert found is None or found == run(chunked, costs, "measured")


def test_steps_that_are_shorter_than_the_chunk_need_no_other_run() -> None:
    agreement = POLICIES["local_agreement"]
    found = retiming.measured(run(agreement, [0.4], "unaware"), SECONDS)
    assert found is not None
    assert [step.emitted - step.start for step in found] == pytest.approx([0.4] * len(found))


def test_a_step_that_makes_the_next_one_hear_more_needs_another_run() -> None:
    agreement = POLICIES["local_agreement"]
    assert retiming.measured(run(agreement, [1.1], "unaware"), SECONDS) is None


def test_a_late_last_step_hears_no_more_than_there_is() -> None:
    agreement = POLICIES["local_agreement"]
    found = retiming.measured(run(agreement, [0.9], "unaware"), SECONDS)
    assert found is not None
    assert found[-1].start > found[-1].ready
