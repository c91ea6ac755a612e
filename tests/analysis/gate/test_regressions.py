"""The gate fails for a fault in the policy, and never for a mere re-run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from streamwer.analysis.gate import text
from streamwer.analysis.gate.comparison import confirm_by_rerun
from streamwer.analysis.gate.verdict import ExitStatus, Verdict
from tests.analysis.gate import calls

REGRESSED = {"dropping": "wer", "delaying": "commit_p50", "flickering": "erasure"}


def list_failing(verdict: Verdict) -> set[str]:
    return {finding.metric for finding in verdict.findings if finding.fails}


@pytest.mark.parametrize("fault", REGRESSED)
def test_a_fault_fails_against_the_committed_run(fault: str) -> None:
    faulty = calls.scores(calls.FAULTS[fault](calls.steps()))
    found = calls.verdict([calls.scores(calls.steps())], [faulty])
    assert found.status == ExitStatus.REGRESSION
    assert REGRESSED[fault] in list_failing(found)


@pytest.mark.parametrize("fault", REGRESSED)
def test_a_fault_repaired_is_an_improvement(fault: str) -> None:
    faulty = calls.scores(calls.FAULTS[fault](calls.steps()))
    found = calls.verdict([faulty], [calls.scores(calls.steps())])
    status = {finding.metric: finding.status for finding in found.findings}
    assert found.status == ExitStatus.PASS
    assert status[REGRESSED[fault]] == "improved"


def test_the_same_run_passes_and_nothing_has_changed() -> None:
    found = calls.verdict([calls.scores(calls.steps())], [calls.scores(calls.steps())])
    assert found.status == ExitStatus.PASS
    assert found.changed == ()
    assert {finding.why for finding in found.findings} == {"no change"}


def test_a_change_below_the_floors_is_reported_and_passes() -> None:
    one = calls.steps()[500]
    later = tuple(
        replace(step, emitted=step.emitted + 0.001) if step.recording == one.recording else step
        for step in calls.steps()
    )
    found = calls.verdict([calls.scores(calls.steps())], [calls.scores(later)])
    assert found.status == ExitStatus.PASS
    assert found.changed == (one.recording,)
    assert text.summarise_verdict(found)[0].endswith(f"than in the baseline: {one.recording}")
    assert [each.recording for each in found.worst] == [one.recording]


def in_turns(candidate: calls.Rerun, baseline: calls.Rerun, seed: int) -> Verdict:
    """A B A B, and again if that fails."""

    def round_(number: int) -> Verdict:
        first = 100 * seed + 10 * number
        runs = [baseline(first), candidate(first + 1), baseline(first + 2), candidate(first + 3)]
        return calls.verdict(runs[::2], runs[1::2], "statistical")

    return confirm_by_rerun(round_)


@pytest.fixture(scope="module")
def baseline() -> calls.Rerun:
    return calls.Rerun(calls.steps())


@pytest.mark.parametrize("fault", REGRESSED)
def test_a_fault_fails_where_compute_is_measured(fault: str, baseline: calls.Rerun) -> None:
    candidate = calls.Rerun(calls.FAULTS[fault](calls.steps()))
    for seed in range(3):
        found = in_turns(candidate, baseline, seed)
        assert REGRESSED[fault] in list_failing(found)
        assert "a second round confirmed" in found.notes[-1]


def test_a_pure_rerun_passes_100_times_of_100(baseline: calls.Rerun) -> None:
    failed = {
        seed: list_failing(found)
        for seed in range(100)
        if (found := in_turns(baseline, baseline, seed)).status != ExitStatus.PASS
    }
    assert failed == {}


def test_reruns_differ_as_measured_runs_do(baseline: calls.Rerun) -> None:
    """The test above would prove nothing if the runs were alike, or timed as no log is."""
    one, other = (baseline(seed).words["committed"] for seed in (1, 2))
    assert np.abs(one - other).replace(np.inf, np.nan).median() > 0.001
    shown = baseline.shown(seed=1)
    steps = tuple(replace(step, emitted=at) for step, at in zip(calls.steps(), shown, strict=True))
    scored = calls.scores(steps)
    np.testing.assert_allclose(baseline(1).words["shown"], scored.words["shown"])
    np.testing.assert_allclose(one, scored.words["committed"])
    for column in ("first_text", "finalisation"):
        np.testing.assert_allclose(baseline(1).recordings[column], scored.recordings[column])


def test_a_failure_that_a_second_round_does_not_confirm_passes(baseline: calls.Rerun) -> None:
    late = calls.Rerun(calls.delay_steps(calls.steps()))

    def round_(number: int) -> Verdict:
        candidate = late if number == 1 else baseline
        return calls.verdict(
            [baseline(1), baseline(2)], [candidate(3), candidate(4)], "statistical"
        )

    found = confirm_by_rerun(round_)
    assert found.status == ExitStatus.PASS
    assert any(finding.why.startswith("not confirmed") for finding in found.findings)


def test_what_runs_of_one_side_differ_by_is_no_regression(baseline: calls.Rerun) -> None:
    """The machine was slow in every second run of the candidate."""
    slow = calls.Rerun(calls.delay_steps(calls.steps()))
    found = calls.verdict([baseline(1), baseline(2)], [slow(3), baseline(4)], "statistical")
    assert found.status == ExitStatus.PASS
