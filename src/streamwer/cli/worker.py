"""What a worker process does: build the recogniser once, then play files into it, one by one."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection

from streamwer import audio, policies, recognisers, simulation
from streamwer.cli.messages import Broken, Ended, Heard, Message, Opened, Warned
from streamwer.config.experiment import SystemConfig
from streamwer.recognisers.base import Recogniser
from streamwer.runners.local import reason
from streamwer.runners.worker import Job

BuildRecogniser = Callable[[], Recogniser]


def faster_whisper(system: SystemConfig) -> BuildRecogniser:
    """How to build the system's recogniser; what is returned can be sent to a process."""
    return partial(_faster_whisper, system)


def transcribe(job: Job, recogniser: Recogniser, system: SystemConfig) -> Iterator[Message]:
    """Play one file; the last message is `Ended`, whatever happens."""
    try:
        samples = audio.load(job.audio)
        yield Opened(audio.seconds(len(samples)))
        policy, clock = policies.build(system.policy), simulation.clock_of(system)
        for step in simulation.play(job.recording, samples, recogniser, policy, clock):
            yield Heard(step)
    except Exception as error:  # noqa: BLE001 - becomes the file's error, never a gap
        yield Ended(reason(error).removeprefix(f"{job.audio}: "))
    else:
        yield Ended()


def serve(
    connection: Connection[Message, Job], build: BuildRecogniser, system: SystemConfig
) -> None:
    """The life of a worker process: it ends when the command closes the connection or dies."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # codecs write there, across the display
    logging.basicConfig(level=logging.WARNING, handlers=[_ToCommand(connection)])
    with suppress(EOFError, OSError):
        try:
            recogniser = build()
        except Exception as error:  # noqa: BLE001 - reported by the command, which then ends
            connection.send(Broken(reason(error)))
            return
        while True:
            for message in transcribe(connection.recv(), recogniser, system):
                connection.send(message)


class _ToCommand(logging.Handler):
    def __init__(self, connection: Connection[Message, Job]) -> None:
        super().__init__()
        self._connection = connection

    def emit(self, record: logging.LogRecord) -> None:
        self._connection.send(Warned(record.getMessage()))


def _faster_whisper(system: SystemConfig) -> Recogniser:
    from faster_whisper.transcribe import tqdm

    # faster-whisper makes a bar for every window, hidden or not; its lock between processes would
    # be a semaphore that a process ended early leaves behind, with a warning at the very end.
    tqdm.set_lock(threading.RLock())
    return recognisers.load(system)
