"""The event log of a run, with what identifies it: what ran, and on which audio.

The digest of the model and the versions of the packages are those of the workers: only there is it
known what was loaded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from streamwer.config.experiment import SystemConfig
from streamwer.config.load import LoadConfig
from streamwer.eventlog.log import EventLog
from streamwer.provenance import contention, digests
from streamwer.provenance.signature import UNKNOWN, Run, Subject, measures
from streamwer.runners.pool import Outcome
from streamwer.runners.worker_facts import MODEL, PACKAGE, Facts


def event_log(outcome: Outcome, system: SystemConfig, audio: str) -> EventLog:
    """What a run gave, with what it was.

    Args:
        outcome: of `stream_all`.
        system: what was run.
        audio: digest of the recordings (`streamwer.provenance.digests.of_audio`).
    """
    machine, run = described(outcome.facts, system, audio)
    return EventLog(tuple(outcome.steps), tuple(outcome.failures), machine, run)


def described(facts: Facts, system: SystemConfig, audio: str) -> tuple[dict[str, Any], Run]:
    """What a log says of its run: what the machine measured of itself, and what ran.

    Args:
        facts: of the workers.
        system: what was run.
        audio: digest of the recordings (`streamwer.provenance.digests.of_audio`).
    """
    versions = {k.removeprefix(PACKAGE): v for k, v in facts.items() if k.startswith(PACKAGE)}
    rest = {k: v for k, v in facts.items() if k != MODEL and not k.startswith(PACKAGE)}
    machine = contention.judged(rest)
    model = system.model
    subject = Subject(
        policy=named(system.policy),
        engine=named(asdict(system.engine)),
        model=f"{model.name}@{facts.get(MODEL, UNKNOWN)}",
        language=model.language,
        device=model.device,
        compute_type=model.compute_type,
        packages=tuple(sorted(versions.items())),
    )
    clock, threads = clock_of(asdict(system.clock)), str(model.cpu_threads)
    return machine, Run(subject, clock, threads, audio, load_of(system.load))


def named(values: Mapping[str, Any]) -> str:
    """A choice of the config in one word: "local_agreement(agreement=2,chunk_s=1,…)"."""
    told = sorted(key for key in values if key != "name" and values[key] is not None)
    given = ",".join(f"{key}={_text(values[key])}" for key in told)
    return f"{values['name']}({given})" if given else str(values["name"])


def load_of(load: LoadConfig) -> str:
    """A load in one word; without one, none of its values matters."""
    return load.name if load.alone else named(asdict(load))


def clock_of(values: Mapping[str, Any]) -> str:
    """A clock in one word; one that measures has no values, whatever profile lies beside it."""
    name = str(values["name"])
    return name if measures(name) or name == "unaware" else named(values)


def _text(value: object) -> str:
    if isinstance(value, Mapping):  # a whole file: its name for people, a digest for the rest
        return f"{value.get('name', '')}@{digests.of_text(json.dumps(value, sort_keys=True))}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_text, value))}]"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
