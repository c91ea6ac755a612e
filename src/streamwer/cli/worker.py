"""A worker process: it builds the recogniser once, then plays files into it, one by one."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from streamwer import audio, policies, recognisers
from streamwer.config.experiment import SystemConfig
from streamwer.recognisers.base import Recogniser
from streamwer.runners.local import describe_error
from streamwer.runners.worker import Job
from streamwer.simulation.clock import build_system_clock
from streamwer.simulation.serving import play_recording
from streamwer.types import Step

BuildRecogniser = Callable[[], Recogniser]


@dataclass(frozen=True)
class FileOpened:
    """The file is decoded; so many seconds of audio begin to play."""

    seconds: float


@dataclass(frozen=True)
class StepDone:
    """One step of the stream."""

    step: Step


@dataclass(frozen=True)
class FileEnded:
    """The file is done, or could not be: then why."""

    error: str = ""


@dataclass(frozen=True)
class LibraryWarning:
    """Something that a library logged as a warning."""

    text: str


@dataclass(frozen=True)
class RecogniserFailed:
    """The recogniser cannot be built, so that no file can be transcribed."""

    reason: str


Message = FileOpened | StepDone | FileEnded | LibraryWarning | RecogniserFailed
"""What a worker process says to the command."""


def transcribe_job(job: Job, recogniser: Recogniser, system: SystemConfig) -> Iterator[Message]:
    """Play one file; the last message is `FileEnded`, whatever happens.

    Args:
        job: the file.
        recogniser: of the system.
        system: policy and clock.
    """
    try:
        samples = audio.load_audio(job.audio)
        yield FileOpened(audio.samples_to_seconds(len(samples)))
        policy, clock = policies.build_policy(system.policy), build_system_clock(system)
        for step in play_recording(job.recording, samples, recogniser, policy, clock):
            yield StepDone(step)
    except Exception as error:  # noqa: BLE001 - becomes the file's error, never a gap
        yield FileEnded(describe_error(error).removeprefix(f"{job.audio}: "))
    else:
        yield FileEnded()


def run_worker(
    connection: Connection[Message, Job], build: BuildRecogniser, system: SystemConfig
) -> None:
    """Transcribe files until the command closes the connection or dies.

    Args:
        connection: to the command.
        build: builds the recogniser.
        system: what files are transcribed with.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # codecs write there, across the display
    logging.basicConfig(level=logging.WARNING, handlers=[_ToCommand(connection)])
    with suppress(EOFError, OSError):
        try:
            recogniser = build()
        except Exception as error:  # noqa: BLE001 - reported by the command, which then ends
            connection.send(RecogniserFailed(describe_error(error)))
            return
        while True:
            for message in transcribe_job(connection.recv(), recogniser, system):
                connection.send(message)


class _ToCommand(logging.Handler):
    def __init__(self, connection: Connection[Message, Job]) -> None:
        super().__init__()
        self._connection = connection

    def emit(self, record: logging.LogRecord) -> None:
        self._connection.send(LibraryWarning(record.getMessage()))


def build_recogniser(system: SystemConfig) -> Recogniser:
    """Build the recogniser of the system."""
    from faster_whisper.transcribe import tqdm

    # faster-whisper makes a bar for every window, hidden or not; its lock between processes would
    # be a semaphore that a process ended early leaves behind, with a warning at the very end.
    tqdm.set_lock(threading.RLock())
    return recognisers.load_recogniser(system)
