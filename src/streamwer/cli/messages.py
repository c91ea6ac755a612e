"""What a worker process tells the command while it transcribes."""

from __future__ import annotations

from dataclasses import dataclass

from streamwer.types import Step


@dataclass(frozen=True)
class Opened:
    """The file is decoded; so many seconds of audio begin to play."""

    seconds: float


@dataclass(frozen=True)
class Heard:
    """One step of the stream."""

    step: Step


@dataclass(frozen=True)
class Ended:
    """The file is done, or could not be: then why."""

    error: str = ""


@dataclass(frozen=True)
class Warned:
    """Something that a library logged as a warning."""

    text: str


@dataclass(frozen=True)
class Broken:
    """The recogniser cannot be built, so that no file can be transcribed."""

    reason: str


Message = Opened | Heard | Ended | Warned | Broken
