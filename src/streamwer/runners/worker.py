"""One worker: one model, serving one recording at a time. It runs in-process or as an actor."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from streamwer import audio, policies, recognisers, simulation
from streamwer._util import processes
from streamwer.config.experiment import SystemConfig
from streamwer.datasets.augmentation.packets import Journey
from streamwer.errors import ConfigError, StreamwerError
from streamwer.provenance import digests
from streamwer.provenance.signature import UNKNOWN, measures
from streamwer.recognisers.base import Informed
from streamwer.runners import core_reservation, hardware, interrupts, worker_facts
from streamwer.runners.core_reservation import Place
from streamwer.runners.cpu_contention import Watch
from streamwer.simulation.arrivals import Arrival
from streamwer.simulation.clock import Wall
from streamwer.simulation.network import Packets
from streamwer.simulation.serving import Failed
from streamwer.simulation.stream import Stream
from streamwer.types import Step

_PACKET_S = 0.02
"""Of a call in real time, where the load does not say: what a telephone sends."""


@dataclass(frozen=True)
class Job:
    """A recording to be streamed: its id, its prepared audio, and its length for scheduling.

    It comes by the network of its journey, where it has one. The contents of the audio file are
    given where the worker cannot see it.
    """

    recording: str
    audio: Path
    seconds: float
    journey: Journey | None = None
    contents: bytes | None = field(default=None, repr=False)


class StreamWorker(Protocol):
    """What a pool needs of a worker; the model is built in its constructor."""

    def stream(self, job: Job) -> tuple[Step, ...]: ...

    def facts(self) -> dict[str, Any]: ...


class Worker:
    """Builds the system's recogniser once and plays recordings into it.

    Args:
        system: what is played.
        place: cores that are its own.
    """

    def __init__(self, system: SystemConfig, place: Place | None = None) -> None:
        self._place = place or Place()
        self._watch = Watch(self._place)
        self._system = system
        self._lag: float | None = None  # of the process that sends calls in real time
        began = time.perf_counter()
        folder = recognisers.files(system)
        with interrupts.put_off():  # half-way through a native library it would be an ImportError
            self._recogniser = recognisers.build(system, folder)
            loaded = time.perf_counter()
            recognisers.warm_up(self._recogniser)
        self._load_seconds, self._warm_up_seconds = loaded - began, time.perf_counter() - loaded
        device, count = system.model.device, len(self._place.machine)
        self._loaded = {
            "hardware": hardware.described(device, count),
            worker_facts.MODEL: digests.of_model(folder) if folder else UNKNOWN,
            **worker_facts.packages(system),
        }

    def stream(self, job: Job) -> tuple[Step, ...]:
        """Every step of the recording.

        Raises:
            AudioError: the recording's audio is missing or broken.
        """
        heard = prepared(job)
        with self._watch.streaming():
            return tuple(
                simulation.play(
                    job.recording,
                    heard,
                    self._recogniser,
                    policies.build(self._system.policy),
                    simulation.clock_of(self._system),
                    job.journey,
                )
            )

    def stream_together(self, jobs: Sequence[Job], failed: Failed) -> Iterator[Step]:
        """Every step of all the recordings, which arrive as the system's load says.

        Args:
            jobs: what arrives.
            failed: told of each recording whose audio is missing or broken when its call begins,
                and of each that something failed on.

        Raises:
            ConfigError: the schedule asks the engine for what it cannot do.
        """
        with self._watch.streaming():
            yield from self._together(jobs, failed)

    def _together(self, jobs: Sequence[Job], failed: Failed) -> Iterator[Step]:
        load = self._system.load
        calls = simulation.arrivals([job.seconds for job in jobs], load)
        if self._system.clock.name == "wall":
            return self._in_real_time(jobs, calls, failed)
        return simulation.serve(
            self._arriving(jobs, calls, failed),
            self._recogniser,
            simulation.clock_of(self._system),
            simulation.schedule_of(load),
            failed,
        )

    def _in_real_time(
        self,
        jobs: Sequence[Job],
        calls: Sequence[Arrival],
        failed: Failed,
    ) -> Iterator[Step]:
        """The same with packets that a process of its own sends.

        Raises:
            ConfigError: a recording comes by a network of its own.
            StreamwerError: it was too late for the run to be worth anything.
        """
        load, policy = self._system.load, self._system.policy
        delayed = next((job.recording for job in jobs if job.journey), None)
        if delayed:
            raise ConfigError(
                f"{delayed} comes by a network (condition), but under a load clock=wall sends each"
                " packet when it was spoken: choose clock=measured, or load=alone"
            )
        packet = audio.samples(load.packet_s or _PACKET_S)
        arriving = list(_heard(jobs, calls, failed))
        heard = [sent for _, sent in arriving]
        begins = [call.begins for call, _ in arriving]
        elsewhere = partial(core_reservation.stay, self._place.others)
        with simulation.sending(heard, begins, packet, elsewhere) as (generator, sources):
            streams = (
                Stream(jobs[call.recording].recording, source, policies.build(policy), call.begins)
                for (call, _), source in zip(arriving, sources, strict=True)
            )
            clock, schedule = Wall(generator.origin), simulation.schedule_of(load)
            yield from simulation.serve(streams, self._recogniser, clock, schedule, failed)
            chunk = float(policy.get("chunk_s") or policy.get("poll_s") or 1.0)
            self._lag = generator.check(chunk)

    def _arriving(
        self, jobs: Sequence[Job], calls: Sequence[Arrival], failed: Failed
    ) -> Iterator[Stream]:
        load, policy = self._system.load, self._system.policy
        for call, sent in _heard(jobs, calls, failed):
            job = jobs[call.recording]
            way = job.journey
            source = Packets(sent, way) if way else simulation.arriving(sent, load)
            yield Stream(job.recording, source, policies.build(policy), call.begins)

    def facts(self) -> dict[str, Any]:
        """What this worker measured about itself, and what it loaded and runs on."""
        recogniser = self._recogniser
        return {
            **self._loaded,
            "load_seconds": round(self._load_seconds, 3),
            "warm_up_seconds": round(self._warm_up_seconds, 3),
            "peak_memory_mb": processes.peak_mb(),
            **(self._watch.facts() if measures(self._system.clock.name) else {}),
            **({} if self._lag is None else {"generator_lag_p99_s": round(self._lag, 6)}),
            **(recogniser.facts() if isinstance(recogniser, Informed) else {}),
        }


def _heard(
    jobs: Sequence[Job], calls: Sequence[Arrival], failed: Failed
) -> Iterator[tuple[Arrival, audio.Samples]]:
    """The audio of each call, read when it is asked for: a file may have gone by then."""
    for call in calls:
        job = jobs[call.recording]
        try:
            sent = prepared(job)
        except StreamwerError as error:
            failed(job.recording, error)
        else:
            yield call, sent


def prepared(job: Job) -> audio.Samples:
    """The prepared audio, which must be what its digest was taken of.

    Raises:
        AudioError: it is missing, broken, or damaged.
    """
    return audio.undamaged(job.audio, audio.load(job.audio, job.contents), job.contents)


def place_of(system: SystemConfig) -> Place:
    """Cores of a worker's own where its clock measures; taken from now on until it is closed."""
    return (
        core_reservation.take(system.model.cpu_threads) if measures(system.clock.name) else Place()
    )


def placed(system: SystemConfig) -> Worker:
    """A worker that keeps its cores for as long as its process lives."""
    return Worker(system, place_of(system))
