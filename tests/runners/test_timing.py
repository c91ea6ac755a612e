"""What is timed is timed on cores that nobody else was given, once the model is warm."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from unittest import mock

import ctranslate2
import pytest

from streamwer.config.cluster import ClusterConfig
from streamwer.config.compose import load_config
from streamwer.config.experiment import SystemConfig, build_system
from streamwer.datasets.augmentation.network import Network, PacketNetwork
from streamwer.errors import ConfigError
from streamwer.runners.hardware import count_cores, describe_hardware
from streamwer.runners.pool import RunOutcome
from streamwer.runners.run_log import make_event_log
from streamwer.runners.streaming import stream_recordings
from streamwer.runners.worker import Job, Worker

CALL = Job("call", Path("data/toy_calls/call_01.flac").resolve(), 1.0)


def chosen(*overrides: str) -> SystemConfig:
    return build_system(load_config(["model=reference", "engine=direct", *overrides]), "offline")


def play_call(clock: str) -> RunOutcome:
    return stream_recordings([CALL], chosen(f"clock={clock}"), ClusterConfig(name="local"))


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system pins no process")
def test_a_measuring_clock_pins_warms_up_and_gives_the_cores_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # locks of the test's own
    before = os.sched_getaffinity(0)
    outcome = play_call("measured")
    assert os.sched_getaffinity(0) == before
    assert outcome.facts["pinned"] == "yes"
    assert outcome.facts["hardware"] == describe_hardware("cpu")  # of the machine, not of the place
    assert outcome.facts["warm_up_seconds"] > 0
    assert outcome.facts["load_average_start"] >= 0
    log = make_event_log(outcome, chosen(), "")
    assert 0 <= log.machine["waited_share"] < 1
    assert log.machine["contended"] in (True, False)
    assert list(tmp_path.glob("*/cpu*"))


def test_threads_are_those_of_the_config_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ray sets OMP_NUM_THREADS for its actors, and CTranslate2 would go by it."""
    loads = mock.Mock(wraps=ctranslate2.models.Whisper)
    monkeypatch.setattr(ctranslate2.models, "Whisper", loads)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    Worker(chosen("model.cpu_threads=2", "clock=unaware"))
    given = loads.call_args.kwargs
    assert (given["intra_threads"], given["inter_threads"]) == (2, 1)


def test_another_clock_leaves_the_process_alone() -> None:
    """What does not enter the figures is not in their log either."""
    facts = play_call("unaware").facts
    assert not {"pinned", "load_average_start", "waited_seconds"} & facts.keys()


@pytest.mark.parametrize("where", ["local", "ray"])
def test_more_cores_than_there_are_cannot_be_timed(where: str) -> None:
    have = count_cores()
    jobs = [Job(str(at), CALL.audio, 1.0) for at in range(2)]
    asked = chosen("clock=measured", f"model.cpu_threads={have + 1}")
    message = rf"1 worker × model.cpu_threads={have + 1} need {have + 1} cores, .* has {have}:"
    with pytest.raises(ConfigError, match=message):
        stream_recordings(jobs, asked, ClusterConfig(name=where))


def test_more_workers_than_cores_cannot_be_timed() -> None:
    have = count_cores()
    jobs = [Job(str(at), CALL.audio, 1.0) for at in range(have + 1)]
    with pytest.raises(ConfigError, match=rf"{have + 1} workers × model.cpu_threads=1 need"):
        stream_recordings(jobs, chosen("clock=wall"), ClusterConfig(name="ray", workers=have + 1))


def test_real_time_with_a_load_refuses_a_network_that_it_would_leave_out() -> None:
    away = replace(CALL, journey=PacketNetwork(Network.Config(), "call"))
    with pytest.raises(ConfigError, match=r"call comes by a network .* choose clock=measured"):
        stream_recordings([away], chosen("clock=wall", "load=fixed"), ClusterConfig(name="local"))
