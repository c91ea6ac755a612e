"""An event log says what ran, as the workers knew it, and keeps the machine apart."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from streamwer import eventlog
from streamwer.config.compose import load_config
from streamwer.config.experiment import SystemConfig, build_system
from streamwer.provenance.choices import format_choice
from streamwer.provenance.digests import digest_model
from streamwer.runners.hardware import count_cores, describe_hardware
from streamwer.runners.pool import RunOutcome
from streamwer.runners.run_log import make_event_log
from streamwer.runners.worker import Worker
from streamwer.runners.worker_facts import MODEL, merge_facts
from tests.formats.calls import own_step

FACTS = {
    "workers": 2,
    "load_seconds": 0.5,
    "hardware": "EPYC (2 cores)",
    MODEL: "0123456789ab",
    "package numpy": "2.4",
    "package ctranslate2": "4.6",
}


def chosen(*overrides: str, name: str = "local_agreement") -> SystemConfig:
    return build_system(load_config(["model=reference", *overrides]), name)


def outcome(**facts: object) -> RunOutcome:
    return RunOutcome([own_step(0, 2.0, 2.5, "my name is jane")], facts=FACTS | facts)


def test_the_run_is_what_was_chosen_and_what_was_loaded() -> None:
    run = make_event_log(outcome(), chosen("clock=unaware"), "aa").run
    assert run.subject.policy.startswith("local_agreement(agreement=2,buffer_s=28,chunk_s=1,")
    assert run.subject.engine.startswith("transcribe(beam_size=5,")
    assert run.subject.model == "reference@0123456789ab"
    assert run.subject.packages == (("ctranslate2", "4.6"), ("numpy", "2.4"))
    assert (run.clock, run.threads, run.audio) == ("unaware", "1", "aa")


def test_what_the_machine_measured_stays_apart(tmp_path: Path) -> None:
    """So that a virtual clock's log is the same bytes on every run."""
    for run, facts in (("a", {}), ("b", {"load_seconds": 0.9, "hardware": "Xeon (8 cores)"})):
        log = make_event_log(outcome(**facts), chosen("clock=unaware"), "aa")
        assert log.machine.keys() == {"workers", "load_seconds", "hardware"}
        eventlog.write_log(tmp_path / run, log)
    events = [(tmp_path / run / "events.parquet").read_bytes() for run in "ab"]
    assert events[0] == events[1]
    assert eventlog.read_log(tmp_path / "b").machine["hardware"] == "Xeon (8 cores)"
    assert eventlog.read_log(tmp_path / "b").run == log.run


def test_a_value_is_written_one_way_only() -> None:
    assert format_choice({"name": "x"}) == "x"
    assert format_choice({"name": "x", "b": 1.0, "a": [0.5, 2.0], "c": None, "d": True}) == (
        "x(a=[0.5,2],b=1,d=True)"
    )


def test_a_file_inside_a_choice_is_known_by_its_name_and_contents() -> None:
    costs = {"name": "xeon", "encode": 0.5}
    one = format_choice({"name": "profile", "hardware": costs})
    assert one.startswith("profile(hardware=xeon@")
    assert one == format_choice({"name": "profile", "hardware": dict(reversed(costs.items()))})
    assert one != format_choice({"name": "profile", "hardware": costs | {"encode": 0.6}})


def test_workers_that_differ_are_all_told() -> None:
    xeon, epyc = {"hardware": "Xeon", "load_seconds": 0.9}, {"hardware": "EPYC", "threads": 2}
    assert merge_facts([xeon, epyc, xeon]) == {
        "hardware": "EPYC / Xeon",
        "load_seconds": 0.9,
        "threads": 2,
    }
    assert merge_facts([merge_facts([xeon, epyc]), epyc]) == merge_facts([xeon, epyc])
    assert merge_facts([]) == {}


def test_a_worker_knows_its_model_its_packages_and_its_machine() -> None:
    worker = Worker(chosen("engine=direct"))
    log = make_event_log(RunOutcome(facts=worker.facts()), chosen("engine=direct"), "aa")
    assert log.run.subject.model == f"reference@{digest_model(Path('models/reference'))}"
    assert log.run.subject.find_package_version("ctranslate2") == version("ctranslate2")
    assert log.machine["hardware"] == describe_hardware("cpu")
    assert f"({count_cores()} core" in describe_hardware("cpu")


@pytest.mark.parametrize("device", ["cpu", "cuda", "auto"])
def test_hardware_is_one_line_on_any_device(device: str) -> None:
    assert describe_hardware(device).startswith(describe_hardware("cpu"))
    assert "\n" not in describe_hardware(device)
