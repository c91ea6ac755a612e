"""A recogniser without a model, and workers that run it here or in processes of their own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from streamwer.audio import write_flac
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.cli.worker import Message, transcribe_job
from streamwer.cli.workers import Conversation, Listener, ProcessWorkers
from streamwer.config.experiment import SystemConfig
from streamwer.recognisers.base import Recogniser, Window
from streamwer.runners.pool import JobResult, Workers
from streamwer.runners.worker import Job
from streamwer.types import Hypothesis, StageTimes, Word

PER_WORD_S = 0.5
Act = Callable[[Window], None]


def idle(_: Window) -> None:
    pass


class HalfSeconds:
    """Hears a word every half second, numbered by its time and named after the loudness.

    Args:
        act: done at each call, before the answer.
        compute_s: how long a call claims to take.
    """

    def __init__(self, act: Act = idle, compute_s: float = 0.0) -> None:
        self._act, self._compute = act, StageTimes(decode=compute_s)

    def recognise(self, window: Window) -> Hypothesis:
        self._act(window)
        begin = window.start / SAMPLE_RATE
        end = begin + len(window.audio) / SAMPLE_RATE
        first, last = int(np.ceil(begin / PER_WORD_S)), int(end / PER_WORD_S)
        loud = round(float(np.abs(window.audio).max(initial=0)) * 10)
        words = tuple(
            Word(f"loud{loud}-{i}", i * PER_WORD_S, (i + 1) * PER_WORD_S)
            for i in range(first, last)
        )
        return Hypothesis(words, compute=self._compute)


class Here:
    """One worker in the process of the test."""

    def __init__(self, recogniser: Recogniser, system: SystemConfig, listener: Listener) -> None:
        self._recogniser, self._system, self._listener = recogniser, system, listener
        self._job: Job | None = None

    def list_idle(self) -> list[int]:
        return [] if self._job else [0]

    def submit(self, worker: int, job: Job) -> None:
        self._job = job

    def wait(self) -> JobResult:
        assert self._job
        conversation, job = Conversation(0, self._listener, self._job), self._job
        self._job = None
        messages: list[Message] = []
        for message in transcribe_job(job, self._recogniser, self._system):
            messages.append(message)
            if finished := conversation.handle_message(message):
                return finished
        raise AssertionError(f"no end: {messages}")

    def facts(self) -> dict[str, Any]:
        return {}

    def close(self) -> None:
        pass


def here(
    act: Act = idle, compute_s: float = 0.0
) -> Callable[[SystemConfig, int, Listener], Workers]:
    """Workers for `main(…, start=…)` that run in this process."""
    return lambda system, _, listener: Here(HalfSeconds(act, compute_s), system, listener)


def processes(
    act: Act = idle, build: Callable[[], Recogniser] | None = None
) -> Callable[[SystemConfig, int, Listener], Workers]:
    """Workers for `main(…, start=…)` that are real processes; `act` must be importable there."""
    return lambda system, count, listener: ProcessWorkers(
        system, count, listener, build or partial(HalfSeconds, act)
    )


def die_once(marker: Path, _: Window) -> None:
    """Kills the process it runs in, the first time."""
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def die_when_loud(window: Window) -> None:
    if np.abs(window.audio).max(initial=0) > 0.75:
        os.kill(os.getpid(), signal.SIGKILL)


def linger_when_loud(window: Window) -> None:
    if np.abs(window.audio).max(initial=0) > 0.75:
        time.sleep(60)


def no_recogniser() -> Recogniser:
    raise RuntimeError("no such\nthing")


def call(path: Path, seconds: float = 2.0, level: float = 0.3) -> Path:
    """An audio file of a constant level."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_flac(path, np.full(int(seconds * SAMPLE_RATE), level, np.float32))
    return path
