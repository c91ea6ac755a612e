"""Make the event log of a run, with the system and the audio that identify it.

The model's digest and the package versions come from the workers, which loaded them.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from streamwer.config.experiment import SystemConfig
from streamwer.config.load import LoadConfig
from streamwer.eventlog.log import EventLog
from streamwer.provenance import contention
from streamwer.provenance.choices import format_choice, format_clock
from streamwer.provenance.signature import UNKNOWN, Run, Subject
from streamwer.runners.pool import RunOutcome
from streamwer.runners.worker_facts import MODEL, PACKAGE, Facts


def make_event_log(outcome: RunOutcome, system: SystemConfig, audio: str) -> EventLog:
    """Make the event log of a run.

    Args:
        outcome: of `stream_recordings`.
        system: that was run.
        audio: digest of the recordings (`streamwer.provenance.digests.digest_audio`).
    """
    machine, run = describe_run(outcome.facts, system, audio)
    return EventLog(tuple(outcome.steps), tuple(outcome.failures), machine, run)


def describe_run(facts: Facts, system: SystemConfig, audio: str) -> tuple[dict[str, Any], Run]:
    """Describe a run for its log.

    Args:
        facts: of the workers.
        system: that was run.
        audio: digest of the recordings (`streamwer.provenance.digests.digest_audio`).

    Returns:
        What the machine measured of itself, and what identifies the run.
    """
    versions = {k.removeprefix(PACKAGE): v for k, v in facts.items() if k.startswith(PACKAGE)}
    measured = {k: v for k, v in facts.items() if k != MODEL and not k.startswith(PACKAGE)}
    machine = contention.assess_contention(measured)
    model = system.model
    subject = Subject(
        policy=format_choice(system.policy),
        engine=format_choice(asdict(system.engine)),
        model=f"{model.name}@{facts.get(MODEL, UNKNOWN)}",
        language=model.language,
        device=model.device,
        compute_type=model.compute_type,
        packages=tuple(sorted(versions.items())),
    )
    clock, threads = format_clock(asdict(system.clock)), str(model.cpu_threads)
    return machine, Run(subject, clock, threads, audio, format_load(system.load))


def format_load(load: LoadConfig) -> str:
    """Format a load in one word; without one, none of its values matters."""
    return load.name if load.alone else format_choice(asdict(load))
