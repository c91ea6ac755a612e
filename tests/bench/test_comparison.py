"""Ratios are of the same repeats and calls; the best policy is chosen by the limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bench import comparison, systems
from pipeline.bench.comparison import Candidate, Versus
from pipeline.bench.figures import Figures, row
from pipeline.bench.ratios import Ratio, ratio
from streamwer.compose import load
from streamwer.metrics import WordErrors
from tests.bench import scripted_session
from tests.scripted import Faults

TRANSCRIBE, DIRECT = (systems.baseline(engine, 1.0) for engine in ("transcribe", "direct"))


# --- ratios -----------------------------------------------------------------------------------


def test_a_ratio_is_the_median_of_the_repeats_own_ratios() -> None:
    assert ratio([1.0, 30.0, 3.0], [2.0, 10.0, 3.0]) == Ratio(1.0, 0.5, 3.0)


@given(
    st.lists(st.floats(0.01, 100), min_size=1, max_size=9), st.floats(0.01, 10), st.floats(0.5, 2)
)
def test_a_machine_that_slows_down_moves_no_ratio(
    spent: list[float], factor: float, slower: float
) -> None:
    drifting = [seconds * slower**i for i, seconds in enumerate(spent)]
    found = ratio([factor * seconds for seconds in drifting], drifting)
    assert found.low == pytest.approx(factor)
    assert found.high == pytest.approx(factor)


def test_the_engines_are_compared_by_what_their_calls_cost(figures: Figures) -> None:
    for compared in comparison.engines(figures).values():
        assert compared.compute.median == pytest.approx(0.1)
        assert compared.wer_excess == 0.0


def test_compute_is_per_second_of_the_shared_audio(figures: Figures) -> None:
    seconds = scripted_session.call("any").reference.seconds
    steps = figures.work(TRANSCRIBE).steps * seconds
    assert figures.compute(TRANSCRIBE).median == pytest.approx(0.2 * steps / seconds)


def test_word_errors_are_compared_on_all_calls(figures: Figures) -> None:
    words = len(scripted_session.call("any").reference.words)
    for other in (TRANSCRIBE, "offline_direct"):
        compared = comparison.versus(figures, DIRECT, other)
        assert (compared.errors.words, compared.other_errors.words) == (4 * words, 4 * words)


# --- one system's figures ---------------------------------------------------------------------


def test_the_clock_adds_the_compute_to_every_latency(figures: Figures) -> None:
    slow = figures.latency(TRANSCRIBE, figures.shared)
    later = figures.latency(TRANSCRIBE, figures.shared, "measured")
    assert slow.p50 is not None
    assert later.p50 == pytest.approx(slow.p50 + 0.2)


def test_a_row_has_the_word_error_rate_of_its_system() -> None:
    entries = systems.engines_only()
    deaf = scripted_session.session(
        entries,
        scripted_session.engine_costs,
        faults=lambda entry: Faults(deaf=1.0 if entry.name == DIRECT else 0.0),
    )
    rows = {entry.name: row(Figures(deaf, load().scoring), entry) for entry in entries}
    assert (rows[TRANSCRIBE].wer, rows[DIRECT].wer) == (0.0, 1.0)
    assert rows[DIRECT].unaware.p50 is None  # words that never came have no median


# --- the best policy --------------------------------------------------------------------------


def candidate(
    policy: str, compute: float, excess: int, p50: float | None, chunk_s: float = 1.0
) -> Candidate:
    """`excess` is in errors more than offline, of 1000 words."""
    over = Versus(
        policy,
        "offline",
        Ratio(compute, compute, compute),
        WordErrors(hits=900 - excess, substitutions=100 + excess),
        WordErrors(hits=900, substitutions=100),
    )
    return Candidate(policy, "direct", chunk_s, over, p50, baseline_p50=2.0)


def test_the_lowest_latency_of_those_that_keep_both_limits_is_best() -> None:
    costly = candidate("costly", 2.6, 0, 0.1)
    wrong = candidate("wrong", 1.0, 11, 0.2)
    late = candidate("late", 1.0, 0, 1.5)
    good = candidate("good", 2.5, 9, 0.9)
    choice = comparison.choose([costly, wrong, late, good])
    assert choice.best is good
    assert choice.keeps_limits
    assert choice.best.p50_ratio == pytest.approx(0.45)


def test_if_none_keeps_them_the_nearest_is_best_and_is_said_to_miss() -> None:
    costly = candidate("costly", 5.0, 0, 0.1)
    wrong = candidate("wrong", 1.0, 15, 0.9)
    choice = comparison.choose([costly, wrong])
    assert choice.best is wrong
    assert not choice.keeps_limits


def test_a_policy_without_a_median_latency_is_not_preferred() -> None:
    silent, late = candidate("silent", 1.0, 0, None), candidate("late", 1.0, 0, 9.0)
    assert comparison.choose([silent, late]).best is late
    assert silent.p50_ratio is None


def test_the_best_policy_is_reported_at_every_chunk() -> None:
    whole, half = candidate("a", 1.0, 0, 0.9), candidate("a", 3.0, 0, 0.5, chunk_s=0.5)
    other = candidate("b", 2.0, 0, 1.2, chunk_s=0.5)
    choice = comparison.choose([whole, half, other])
    assert choice.best is whole
    assert choice.at_chunks == {1.0: whole, 0.5: half}


def test_candidates_are_all_streaming_systems_but_the_peers(figures: Figures) -> None:
    found = comparison.candidates(figures, systems.every())
    assert {(c.policy, c.engine) for c in found}.isdisjoint(
        {("offline", "direct"), ("local_agreement", "transcribe")}
    )
    assert {c.chunk_s for c in found if c.policy == "local_agreement"} == {1.0, 0.5}
    direct = next(c for c in found if c.over_offline.name == DIRECT)
    assert direct.p50_ratio == 1.0  # the same words at the same steps, only cheaper
