"""A worker with one model, which streams recordings in this process or as a Ray actor."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from streamwer import audio, policies, recognisers
from streamwer._util import processes
from streamwer.config.experiment import SystemConfig
from streamwer.datasets.augmentation.network import PacketNetwork
from streamwer.errors import ConfigError, StreamwerError
from streamwer.provenance import digests
from streamwer.provenance.signature import UNKNOWN, measures_hardware
from streamwer.recognisers.base import SupportsFacts
from streamwer.runners import core_reservation, hardware, interrupts, worker_facts
from streamwer.runners.core_reservation import CoreReservation
from streamwer.runners.cpu_contention import CpuContentionMonitor
from streamwer.simulation.arrivals import Arrival, schedule_arrivals
from streamwer.simulation.clock import WallClock, build_system_clock
from streamwer.simulation.generator import send_calls
from streamwer.simulation.network import NetworkSource
from streamwer.simulation.serving import OnFailure, make_schedule, play_recording, serve_streams
from streamwer.simulation.source import make_source
from streamwer.simulation.stream import Stream
from streamwer.types import Step

_PACKET_S = 0.02
"""Default packet length of a call in real time, as telephones send."""


@dataclass(frozen=True)
class Job:
    """A recording to stream.

    Attributes:
        recording: its id.
        audio: path of its prepared audio.
        seconds: its length, for scheduling.
        journey: of its packets through a network; None without one.
        contents: of the audio file, where the worker cannot read it.
    """

    recording: str
    audio: Path
    seconds: float
    journey: PacketNetwork | None = None
    contents: bytes | None = field(default=None, repr=False)


class StreamWorker(Protocol):
    """A worker as a pool needs it; its constructor builds the model."""

    def stream(self, job: Job) -> tuple[Step, ...]: ...

    def facts(self) -> dict[str, Any]: ...


class Worker:
    """Builds the system's recogniser once and streams recordings into it.

    Args:
        system: the system under test.
        reservation: cores of the worker.
    """

    def __init__(self, system: SystemConfig, reservation: CoreReservation | None = None) -> None:
        self._reservation = reservation or CoreReservation()
        self._contention = CpuContentionMonitor(self._reservation)
        self._system = system
        self._lag: float | None = None  # of the process that sends calls in real time
        began = time.perf_counter()
        folder = recognisers.fetch_model(system)
        with interrupts.defer_interrupt():  # in a native import it would become an ImportError
            self._recogniser = recognisers.build_recogniser(system, folder)
            loaded = time.perf_counter()
            recognisers.warm_up(self._recogniser)
        self._load_seconds, self._warm_up_seconds = loaded - began, time.perf_counter() - loaded
        device, count = system.model.device, len(self._reservation.machine_cores)
        self._loaded = {
            "hardware": hardware.describe_hardware(device, count),
            worker_facts.MODEL: digests.digest_model(folder) if folder else UNKNOWN,
            **worker_facts.collect_packages(system),
        }

    def stream(self, job: Job) -> tuple[Step, ...]:
        """Stream one recording and return its steps.

        Raises:
            AudioError: the recording's audio is missing or broken.
        """
        samples = load_prepared_audio(job)
        with self._contention.measure():
            return tuple(
                play_recording(
                    job.recording,
                    samples,
                    self._recogniser,
                    policies.build_policy(self._system.policy),
                    build_system_clock(self._system),
                    job.journey,
                )
            )

    def stream_concurrently(self, jobs: Sequence[Job], on_failure: OnFailure) -> Iterator[Step]:
        """Stream concurrent recordings, which arrive as the system's load says.

        Args:
            jobs: recordings to stream.
            on_failure: called for each recording that fails, or whose audio is missing or broken.

        Raises:
            ConfigError: the engine cannot do what the schedule needs.
        """
        with self._contention.measure():
            yield from self._serve_calls(jobs, on_failure)

    def _serve_calls(self, jobs: Sequence[Job], on_failure: OnFailure) -> Iterator[Step]:
        load = self._system.load
        calls = schedule_arrivals([job.seconds for job in jobs], load)
        if self._system.clock.name == "wall":
            return self._serve_in_real_time(jobs, calls, on_failure)
        return serve_streams(
            self._make_streams(jobs, calls, on_failure),
            self._recogniser,
            build_system_clock(self._system),
            make_schedule(load),
            on_failure,
        )

    def _serve_in_real_time(
        self,
        jobs: Sequence[Job],
        calls: Sequence[Arrival],
        on_failure: OnFailure,
    ) -> Iterator[Step]:
        """Serve calls whose packets another process sends in real time.

        Raises:
            ConfigError: a recording comes through a simulated network.
            StreamwerError: packets were sent too late for a valid run.
        """
        load, policy = self._system.load, self._system.policy
        delayed = next((job.recording for job in jobs if job.journey), None)
        if delayed:
            raise ConfigError(
                f"{delayed} comes by a network (condition), but under a load clock=wall sends each"
                " packet when it was spoken: choose clock=measured, or load=alone"
            )
        packet = audio.seconds_to_samples(load.packet_s or _PACKET_S)
        arriving = list(_load_calls(jobs, calls, on_failure))
        recordings = [sent for _, sent in arriving]
        begins = [call.begin for call, _ in arriving]
        pin = partial(core_reservation.pin_to_cores, self._reservation.other_cores)
        with send_calls(recordings, begins, packet, pin) as (generator, sources):
            streams = (
                Stream(
                    jobs[call.recording].recording,
                    source,
                    policies.build_policy(policy),
                    call.begin,
                )
                for (call, _), source in zip(arriving, sources, strict=True)
            )
            clock, schedule = WallClock(generator.origin), make_schedule(load)
            yield from serve_streams(streams, self._recogniser, clock, schedule, on_failure)
            chunk = float(policy.get("chunk_s") or policy.get("poll_s") or 1.0)
            self._lag = generator.check_lag(chunk)

    def _make_streams(
        self, jobs: Sequence[Job], calls: Sequence[Arrival], on_failure: OnFailure
    ) -> Iterator[Stream]:
        load, policy = self._system.load, self._system.policy
        for call, sent in _load_calls(jobs, calls, on_failure):
            job = jobs[call.recording]
            source = NetworkSource(sent, job.journey) if job.journey else make_source(sent, load)
            yield Stream(job.recording, source, policies.build_policy(policy), call.begin)

    def facts(self) -> dict[str, Any]:
        """Report what this worker measured of itself, what it loaded, and its hardware."""
        recogniser = self._recogniser
        return {
            **self._loaded,
            "load_seconds": round(self._load_seconds, 3),
            "warm_up_seconds": round(self._warm_up_seconds, 3),
            "peak_memory_mb": processes.read_peak_memory_mb(),
            **(self._contention.facts() if measures_hardware(self._system.clock.name) else {}),
            **({} if self._lag is None else {"generator_lag_p99_s": round(self._lag, 6)}),
            **(recogniser.facts() if isinstance(recogniser, SupportsFacts) else {}),
        }


def _load_calls(
    jobs: Sequence[Job], calls: Sequence[Arrival], on_failure: OnFailure
) -> Iterator[tuple[Arrival, audio.Samples]]:
    """Load the audio of each call when it begins; a file may be gone by then."""
    for call in calls:
        job = jobs[call.recording]
        try:
            sent = load_prepared_audio(job)
        except StreamwerError as error:
            on_failure(job.recording, error)
        else:
            yield call, sent


def load_prepared_audio(job: Job) -> audio.Samples:
    """Load the prepared audio and check it against its digest.

    Raises:
        AudioError: it is missing, broken, or damaged.
    """
    return audio.check_flac_md5(job.audio, audio.load_audio(job.audio, job.contents), job.contents)


def reserve_worker_cores(system: SystemConfig) -> CoreReservation:
    """Reserve cores for a worker whose clock measures; none for any other."""
    return (
        core_reservation.reserve_cores(system.model.cpu_threads)
        if measures_hardware(system.clock.name)
        else CoreReservation()
    )


def build_pinned_worker(system: SystemConfig) -> Worker:
    """Build a worker that keeps its cores for as long as its process lives."""
    return Worker(system, reserve_worker_cores(system))
