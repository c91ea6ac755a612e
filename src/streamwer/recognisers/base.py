"""What a recogniser is: a window of audio and a prompt in, timed words and their cost out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from streamwer.audio import Samples
from streamwer.transcript import Hypothesis


@dataclass(frozen=True)
class Window:
    """What one step gives to the recogniser.

    Attributes:
        audio: float32 samples at 16 kHz, shape (n,); may be read-only.
        start: where the window begins on the stream, in samples.
        prompt: text that came before the window.
    """

    audio: Samples
    start: int
    prompt: str = ""


class Recogniser(Protocol):
    """Turns windows into words. Not safe for use by several threads at once."""

    def recognise(self, window: Window) -> Hypothesis:
        """Transcribe one window; word times are on the stream's line, not the window's."""
        ...
