"""Measure a running server: play recordings to it, and make an event log of what it said."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from streamwer import eventlog, recognisers
from streamwer._util import disk
from streamwer.audio import encode_pcm
from streamwer.config import registry
from streamwer.config.experiment import SystemConfig
from streamwer.config.load import LoadConfig
from streamwer.errors import ConfigError, StreamwerError
from streamwer.eventlog.log import SERVER_CPU, EventLog
from streamwer.provenance import digests
from streamwer.provenance.choices import format_choice
from streamwer.provenance.signature import UNKNOWN, Run, Subject
from streamwer.runners.concurrent import find_broken_audio
from streamwer.runners.hardware import describe_hardware
from streamwer.runners.run_log import format_load
from streamwer.runners.worker import Job, load_prepared_audio
from streamwer.servers.decoding import decode_session
from streamwer.servers.peers.starting import find_peer, start_peer
from streamwer.servers.playing import check_lag, measure_sessions, play_to_server
from streamwer.servers.protocol import ServerConfig
from streamwer.servers.session_file import (
    SESSION_FILE,
    SessionRecord,
    list_public_settings,
    write_sessions,
)
from streamwer.types import Failure

PROTOCOL, NETWORK = "server_protocol", "server_network"
"""Keys of a log's facts: the protocol, and the way between client and server."""


@dataclass(frozen=True)
class ServedRun:
    """The sessions of a run, and the recordings that could not be played at all."""

    record: SessionRecord
    failures: tuple[Failure, ...] = ()


@contextmanager
def start_server(system: SystemConfig) -> Iterator[tuple[ServerConfig, Mapping[str, Any]]]:
    """Start the peer of a system, if it has one, for the block; a running server is left alone.

    Yields:
        The settings of the server with its address, and those of them that belong in files.

    Raises:
        ConfigError: there is no such peer, or it speaks another protocol.
        PeerError: it has no environment, or does not get ready.
    """
    config: ServerConfig = system.server
    if not config.peer:
        yield config, list_public_settings(config)
        return
    peer = find_peer(config.peer)
    if peer.protocol != config.protocol:  # type: ignore[attr-defined]
        raise ConfigError(f"peer={peer.name} speaks the protocol {peer.protocol}: server must, too")
    folder = recognisers.fetch_model(system)
    if folder is None:
        raise ConfigError(f"peer={peer.name} needs a model (model.path)")
    with start_peer(peer, folder) as running:
        started = replace(config, url=running.url, process=running.process, threads=1)
        model = f"{system.model.name}@{digests.digest_model(folder)}"
        known = {"peer": peer.version, "model": model}
        yield started, list_public_settings(started) | known


def play_jobs(
    jobs: Sequence[Job],
    server: tuple[ServerConfig, Mapping[str, Any]],
    load: LoadConfig,
    digest: str,
    on_done: Callable[[Job], None] = lambda job: None,
) -> ServedRun:
    """Play prepared recordings to a server, in real time.

    Args:
        jobs: recordings to play.
        server: of `start_server`.
        load: when calls arrive.
        digest: of the recordings.
        on_done: called as each recording ends.

    Raises:
        ConfigError: a setting makes no sense, or a recording comes by a simulated network.
        StreamwerError: the server cannot be used, or no recording can be played.
    """
    config, settings = server
    delayed = next((job.recording for job in jobs if job.journey), None)
    if delayed:
        raise ConfigError(f"{delayed} comes by a simulated network (condition): no server hears it")
    broken = find_broken_audio(jobs)
    missing = {failure.recording for failure in broken}
    whole = {job.recording: job for job in jobs if job.recording not in missing}
    if not whole:
        raise StreamwerError("there is no recording with sound audio to play to the server")
    sounds = {name: partial(_load_pcm, job) for name, job in whole.items()}
    sessions = play_to_server(sounds, config, load, lambda name: on_done(whole[name]))
    hardware = describe_hardware("cpu") if config.over_loopback else UNKNOWN
    record = SessionRecord(settings, digest, format_load(load), hardware, tuple(sessions))
    return ServedRun(record, tuple(broken))


def make_served_log(run: ServedRun) -> EventLog:
    """Make the event log of the sessions of a run; it needs no server.

    Raises:
        StreamwerError: chunks were sent too late, so that the run is void.
    """
    record = run.record
    adapter, chunk = registry.find("server", record.protocol), float(record.settings["chunk_s"])
    measured = measure_sessions(record.sessions)
    check_lag(measured, chunk)
    decoded = [decode_session(each, adapter, chunk) for each in record.sessions]
    violations = sum(each.violations for each in decoded)
    return EventLog(
        tuple(step for each in decoded for step in each.steps),
        (*run.failures, *(each.failure for each in decoded if each.failure)),
        _describe_machine(record) | measured | {"commit_violations": violations},
        describe_run(record.settings, record.audio, record.load),
    )


def write_served_log(folder: Path, run: ServedRun) -> EventLog:
    """Write the sessions of a run, and beside them the log that is decoded from them.

    The sessions come first: they took long to record, and are kept where the run is void.

    Args:
        folder: of both; created if missing.
        run: the sessions.

    Raises:
        StreamwerError: chunks were sent too late, so that the run is void.
        DiskError: the folder cannot be written.
    """
    with disk.explain_write_errors(folder, "choose another folder, or make room"):
        folder.mkdir(parents=True, exist_ok=True)
        write_sessions(folder / SESSION_FILE, run.record)
        log = make_served_log(run)
        eventlog.write_log(folder, log)
    return log


def _load_pcm(job: Job) -> bytes:
    return encode_pcm(load_prepared_audio(job))


def _describe_machine(record: SessionRecord) -> dict[str, Any]:
    cpu = {each.recording: each.cpu_s for each in record.sessions if not math.isnan(each.cpu_s)}
    return {
        **({SERVER_CPU: json.dumps(cpu)} if cpu else {}),
        "workers": 1,
        "hardware": record.hardware,
        PROTOCOL: record.protocol,
        NETWORK: str(record.settings["network"]),
    }


def describe_run(public: Mapping[str, Any], audio: str, load: str) -> Run:
    """Describe the run of a server for its log.

    Args:
        public: its settings, without what is secret.
        audio: digest of the recordings.
        load: in one word.
    """
    settings = dict(public)
    threads = str(settings.pop("threads", 0) or UNKNOWN)
    name, language = settings.pop("protocol"), str(settings.get("language", UNKNOWN))
    subject = Subject(
        policy=format_choice({"name": name, **settings}),
        engine="server",
        model=str(settings.get("model") or UNKNOWN),
        language=language,
    )
    return Run(subject, "wall", threads, audio, load)
