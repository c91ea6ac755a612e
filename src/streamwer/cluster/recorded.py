"""The event log of a run, with what identifies it: what ran, and on which audio.

The digest of the model and the versions of the packages are those of the workers: only there is it
known what was loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from streamwer import contended, digests, extensions
from streamwer.config import SystemConfig
from streamwer.eventlog import EventLog
from streamwer.load_config import LoadConfig
from streamwer.signature import UNKNOWN, Run, Subject, measures

if TYPE_CHECKING:
    from streamwer.cluster.pool import Outcome

Facts = Mapping[str, Any]
"""What workers say of themselves, by name: numbers and texts."""

MODEL = "model_digest"
_AND = " / "
"""Between the texts of workers that say different things."""
_PACKAGE = "package "
_PACKAGES = ("streamwer", "faster-whisper", "ctranslate2", "onnxruntime", "tokenizers", "numpy")
"""Those that shape what is said; jiwer and the normaliser measure it and are named when scored."""


def packages(system: SystemConfig) -> dict[str, str]:
    """The facts that say which packages a worker of a system runs with."""
    added = extensions.packages(policy=system.policy.get("name"), engine=system.engine.name)
    versions = {name: _version(name) for name in _PACKAGES} | added
    return {f"{_PACKAGE}{name}": number for name, number in versions.items()}


def worst(each: Iterable[Facts]) -> dict[str, Any]:
    """One record of what several workers say: the largest number, and of what is no number, all.

    Workers on other machines may differ in what they load and run on: then both are told.
    """
    found: dict[str, Any] = {}
    for facts in each:
        for key, value in facts.items():
            found[key] = _worse(found[key], value) if key in found else value
    return found


def _worse(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping):  # something of each worker, by its name
        return worst([one, other])
    if isinstance(one, str):
        return _AND.join(sorted({*one.split(_AND), *other.split(_AND)}))
    return max(one, other)


def event_log(outcome: Outcome, system: SystemConfig, audio: str) -> EventLog:
    """What a run gave, with what it was.

    Args:
        outcome: of `stream_all`.
        system: what was run.
        audio: digest of the recordings (`streamwer.digests.of_audio`).
    """
    machine, run = described(outcome.facts, system, audio)
    return EventLog(tuple(outcome.steps), tuple(outcome.failures), machine, run)


def described(facts: Facts, system: SystemConfig, audio: str) -> tuple[dict[str, Any], Run]:
    """What a log says of its run: what the machine measured of itself, and what ran.

    Args:
        facts: of the workers.
        system: what was run.
        audio: digest of the recordings (`streamwer.digests.of_audio`).
    """
    versions = {k.removeprefix(_PACKAGE): v for k, v in facts.items() if k.startswith(_PACKAGE)}
    rest = {k: v for k, v in facts.items() if k != MODEL and not k.startswith(_PACKAGE)}
    machine = contended.judged(rest)
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


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return UNKNOWN
