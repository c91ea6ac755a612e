"""What a policy is: a state machine that chooses windows and commits words.

A policy knows no clock, no files and no recogniser. Whoever drives it asks how much audio
it waits for, tells it what has arrived, runs the request it makes, and hands it the
hypothesis:

    wants() → plan(arrived, ended) → [recogniser] → absorb(hypothesis) → update
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from streamwer.types import Hypothesis, Update


@dataclass(frozen=True, slots=True)
class Request:
    """The window a policy wants transcribed.

    Attributes:
        start: first sample of the stream in it.
        end: the sample behind its last one.
        prompt: text that was said before the window.
        prefix: text that the window's transcript must begin with: it is committed already. An
            engine that can force its decoder goes on from there; see `Hypothesis.continues`.
        listen_only: nothing is transcribed; the hypothesis only says how long the silence at the
            window's end is.
    """

    start: int
    end: int
    prompt: str = ""
    prefix: str = ""
    listen_only: bool = False


class Policy(Protocol):
    """Decides what to transcribe and which words are safe to commit.

    Committed words are never taken back, the buffer is bounded, and the tail is decoded when
    the stream ends.
    """

    def wants(self) -> float:
        """Samples of the stream that must have arrived before the next step; may be infinite."""
        ...

    def plan(self, arrived: int, ended: bool) -> Request | None:
        """The next window, given that `arrived` samples are there; None if none is needed.

        No window begins before an earlier one, so that a live stream can be forgotten behind it.
        """
        ...

    def absorb(self, hypothesis: Hypothesis) -> Update:
        """What to show, given the transcript of the window that `plan` asked for."""
        ...
