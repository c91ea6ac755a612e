"""Messages of a worker process to the command."""

from __future__ import annotations

from dataclasses import dataclass

from streamwer.types import Step


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
