"""One worker: one model, serving one recording at a time. It runs in-process or as an actor."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from streamwer import audio, digests, policies, recognisers, simulation
from streamwer.cluster import hardware, recorded
from streamwer.conditions import Journey
from streamwer.config import SystemConfig
from streamwer.recognisers import Informed
from streamwer.signature import UNKNOWN
from streamwer.simulation import Packets, Stream
from streamwer.transcript import Step


@dataclass(frozen=True)
class Job:
    """A recording to be streamed: its id, its prepared audio, and its length for scheduling.

    It comes by the network of its journey, where it has one.
    """

    recording: str
    audio: Path
    seconds: float
    journey: Journey | None = None


class StreamWorker(Protocol):
    """What a pool needs of a worker; the model is built in its constructor."""

    def stream(self, job: Job) -> tuple[Step, ...]: ...

    def facts(self) -> dict[str, Any]: ...


class Worker:
    """Builds the system's recogniser once and plays recordings into it."""

    def __init__(self, system: SystemConfig) -> None:
        began = time.perf_counter()
        self._system = system
        folder = recognisers.files(system)
        self._recogniser = recognisers.load(system, folder)
        self._load_seconds = time.perf_counter() - began
        self._digest = digests.of_model(folder) if folder else UNKNOWN

    def stream(self, job: Job) -> tuple[Step, ...]:
        """Every step of the recording.

        Raises:
            AudioError: the recording's audio is missing or broken.
        """
        return tuple(
            simulation.play(
                job.recording,
                audio.load(job.audio),
                self._recogniser,
                policies.build(self._system.policy),
                simulation.clock_of(self._system),
                job.journey,
            )
        )

    def stream_together(
        self, jobs: Sequence[Job], failed: Callable[[Stream, Exception], None]
    ) -> Iterator[Step]:
        """Every step of all the recordings, which arrive as the system's load says.

        Raises:
            AudioError: a recording's audio is missing or broken.
            ConfigError: the schedule asks the engine for what it cannot do.
        """
        load = self._system.load
        calls = simulation.arrivals([job.seconds for job in jobs], load)
        return simulation.serve(
            (self._arriving(jobs[call.recording], call.begins) for call in calls),
            self._recogniser,
            simulation.clock_of(self._system),
            simulation.schedule_of(load),
            failed,
        )

    def _arriving(self, job: Job, begins: float) -> Stream:
        sent = audio.load(job.audio)
        load, journey = self._system.load, job.journey
        source = Packets(sent, journey) if journey else simulation.arriving(sent, load)
        return Stream(job.recording, source, policies.build(self._system.policy), begins)

    def facts(self) -> dict[str, Any]:
        """What this worker measured about itself, and what it loaded and runs on."""
        unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
        recogniser = self._recogniser
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        return {
            "load_seconds": round(self._load_seconds, 3),
            "peak_memory_mb": peak // 2**20,
            "hardware": hardware.described(self._system.model.device),
            recorded.MODEL: self._digest,
            **(recogniser.facts() if isinstance(recogniser, Informed) else {}),
            **recorded.packages(self._system),
        }
