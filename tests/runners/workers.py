"""Workers without a model: they answer, fail, die or hang as a recording's name says."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from streamwer.errors import AudioError
from streamwer.runners.worker import Job
from streamwer.types import StageTimes, Step, Update, Word, WorkCounters

TIMEOUT_S = 4.0
_LATE_S = 1.5 * TIMEOUT_S


class ScriptedWorker:
    """Says each recording's own name; `log` collects which recordings were begun."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def stream(self, job: Job) -> tuple[Step, ...]:
        with self._log.open("a") as log:
            log.write(f"{job.recording}\n")
        match job.recording.split("-")[0]:
            case "broken":
                raise AudioError(f"{job.audio}: the file is empty (0 bytes)")
            case "bug":
                raise ZeroDivisionError("division by zero")
            case "poison":
                os._exit(1)
            case "fragile" if self._begun(job) == 1:
                os._exit(1)
            case "hanging":
                time.sleep(60)
            case "late" if self._begun(job) == 1:
                time.sleep(_LATE_S)
            case "hungry":
                bytearray(1 << 60)  # more than there is, or can be addressed
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)  # as the kernel does for lack of memory
        return (said(job.recording),)

    def facts(self) -> dict[str, Any]:
        return {"load_seconds": 0.5}

    def _begun(self, job: Job) -> int:
        return self._log.read_text().split().count(job.recording)


def said(recording: str) -> Step:
    word = Word(recording, 0.0, 0.5)
    return Step(
        recording, 0, 1.0, 1.0, 1.0, 1.5, StageTimes(), WorkCounters(), Update((word,)), True
    )


def jobs(*recordings: str) -> list[Job]:
    return [Job(name, Path(f"{name}.flac"), float(i)) for i, name in enumerate(recordings)]
