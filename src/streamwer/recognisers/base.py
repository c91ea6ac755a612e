"""The recogniser protocol: a window of audio and a prompt in, timed words and their cost out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from streamwer.audio.decoding import Samples
from streamwer.types import Hypothesis

if TYPE_CHECKING:
    from streamwer.recognisers.log_mel import LogMel


class Detector(Protocol):
    """Follows one stream and tells where in it is speech."""

    def process(self, audio: Samples, start: int) -> int: ...

    def measure_silence(self, start: int, end: int) -> float: ...


@dataclass
class Memory:
    """State that a recogniser keeps of one stream from window to window.

    Whoever plays the stream makes one and hands it over with every window of that stream; only
    the recogniser looks inside.
    """

    features: LogMel | None = None
    speech: Detector | None = None
    language: str = ""
    """What was detected to be spoken; empty until that is sure."""
    stream: Any = None
    """Whatever else an engine follows the stream with."""


@dataclass(frozen=True)
class Window:
    """Audio and text that one step gives to the recogniser.

    Attributes:
        audio: finite float32 samples at 16 kHz, shape (n,); may be read-only.
        start: where the window begins on the stream, in samples.
        prompt: text that came before the window.
        prefix: text that the transcript must begin with; a recogniser that cannot force its
            decoder passes it over.
        listen_only: only ask the voice detector whether there is speech; nothing is decoded.
        memory: of this stream; a window on its own has a fresh one.
    """

    audio: Samples
    start: int
    prompt: str = ""
    prefix: str = ""
    listen_only: bool = False
    memory: Memory = field(default_factory=Memory)


class Recogniser(Protocol):
    """Turns windows into words. Not safe for use by several threads at once."""

    def recognise(self, window: Window) -> Hypothesis:
        """Transcribe one window; word times are on the stream's line, not the window's."""
        ...


@runtime_checkable
class SupportsWarmUp(Protocol):
    """A recogniser whose first call is slower than the others."""

    def warm_up(self) -> None:
        """Make a first call on something that is no part of a run."""
        ...


@runtime_checkable
class SupportsSpent(Protocol):
    """A recogniser that knows what a call took that failed."""

    def spent(self) -> Hypothesis:
        """Return compute and work of the last call, for all its windows, ended or failed."""
        ...


@runtime_checkable
class SupportsFacts(Protocol):
    """A recogniser that knows more of itself than the config says."""

    def facts(self) -> dict[str, str]:
        """Return facts for the event log, under the same keys from every worker.

        `model_digest` where the model is not in a folder of conf/model, `package NAME` for the
        version of a package that shapes what is said, and what else a reader must know.
        """
        ...
