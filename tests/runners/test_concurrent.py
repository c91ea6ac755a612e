"""Many calls on one worker: what is wrong with one of them is that one's failure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from streamwer import audio, policies, recognisers
from streamwer.config.cluster import ClusterConfig
from streamwer.config.compose import load_config
from streamwer.config.experiment import SystemConfig, build_system
from streamwer.errors import ConfigError
from streamwer.policies.base import Policy, Request
from streamwer.runners import concurrent
from streamwer.runners.pool import RunOutcome
from streamwer.runners.streaming import stream_recordings
from streamwer.runners.worker import Job, Worker, load_prepared_audio
from streamwer.types import Failure, Hypothesis, Update
from tests.scripted import Scripted, script

NAMES = ("one", "three", "two")


def chosen() -> SystemConfig:
    settings = load_config(["model=reference", "load=together", "load.streams=3", "clock=unaware"])
    return build_system(settings, "local_agreement")


def calls(folder: Path) -> list[Job]:
    rng = np.random.default_rng(1)
    jobs = []
    for name in NAMES:
        path = folder / f"{name}.flac"
        audio.write_flac(path, rng.uniform(-0.1, 0.1, 40_000).astype(np.float32))
        jobs.append(Job(name, path, 2.5))
    return jobs


def play_jobs(jobs: list[Job], monkeypatch: pytest.MonkeyPatch) -> RunOutcome:
    """By a worker that reads from a script; every recording ends exactly once."""
    monkeypatch.setattr(recognisers, "build_recogniser", lambda *_: Scripted(script("yes it is")))
    ended: list[str] = []
    outcome = concurrent.run_concurrently(
        jobs, Worker(chosen()), lambda job: ended.append(job.recording)
    )
    assert sorted(ended) == sorted(NAMES)
    return outcome


def list_finished(outcome: RunOutcome) -> set[str]:
    return {step.recording for step in outcome.steps if step.is_last}


def test_a_damaged_recording_is_one_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other samples under the digest of those that were written: it can be decoded."""
    jobs = calls(tmp_path)
    audio.write_flac(tmp_path / "other.flac", np.zeros(40_000, np.float32))
    content, other = jobs[1].audio.read_bytes(), (tmp_path / "other.flac").read_bytes()
    jobs[1].audio.write_bytes(other[:26] + content[26:42] + other[42:])
    assert audio.load_audio(jobs[1].audio).size == 40_000
    outcome = play_jobs(jobs, monkeypatch)
    (failure,) = outcome.failures
    assert failure.recording == "three"
    assert "three.flac: damaged: its samples are not those that were written" in failure.reason
    assert list_finished(outcome) == {"one", "two"}


def test_a_recording_that_is_gone_when_its_call_begins_is_one_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All were there when the load began, and the digest of what is played was taken."""
    jobs = calls(tmp_path)

    def checked(job: Job) -> audio.Samples:
        found = load_prepared_audio(job)
        if job.recording == "three":
            job.audio.unlink()
        return found

    monkeypatch.setattr(concurrent, "load_prepared_audio", checked)
    outcome = play_jobs(jobs, monkeypatch)
    assert outcome.failures == [Failure("three", f"{jobs[1].audio}: no such audio file")]
    assert list_finished(outcome) == {"one", "two"}


class Faulty:
    """A policy with a bug, after its first step."""

    def __init__(self, policy: Policy, bug: str) -> None:
        self._policy, self._bug, self._steps = policy, bug, 0

    def wants(self) -> float:
        return self._policy.wants()

    def plan(self, arrived: int, ended: bool) -> Request | None:
        self._steps += 1
        return self._tried("plan", lambda: self._policy.plan(arrived, ended))

    def absorb(self, hypothesis: Hypothesis) -> Update:
        return self._tried("absorb", lambda: self._policy.absorb(hypothesis))

    def _tried(self, here: str, act: Callable[[], Any]) -> Any:
        if self._steps > 1 and here == self._bug:
            raise ZeroDivisionError("division by zero")
        return act()


@pytest.mark.parametrize("bug", ["plan", "absorb"])
def test_an_error_of_a_policy_is_one_failure_and_its_steps_are_not_kept(
    bug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, built = policies.build_policy, list[Policy]()

    def build(config: Any) -> Policy:
        built.append(honest(config))
        return Faulty(built[0], bug) if len(built) == 1 else built[-1]

    monkeypatch.setattr(policies, "build_policy", build)
    outcome = play_jobs(calls(tmp_path), monkeypatch)
    (failure,) = outcome.failures
    assert failure.reason == "ZeroDivisionError: division by zero"
    assert list_finished(outcome) == {step.recording for step in outcome.steps}
    assert list_finished(outcome) == set(NAMES) - {failure.recording}


def test_a_load_is_not_played_in_silence_elsewhere_than_on_the_cluster_that_was_asked_for() -> None:
    away = ClusterConfig(name="ray", address="ray://head:10001")
    message = r"load\.name=together .* cluster\.address=ray://head:10001; .*load=alone"
    with pytest.raises(ConfigError, match=message):
        stream_recordings([Job("call", Path("call.flac"), 1.0)], chosen(), away)
