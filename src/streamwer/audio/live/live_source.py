"""Audio that arrives while somebody listens: nothing is dropped, and what is past is forgotten."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from streamwer.audio import samples, seconds
from streamwer.audio.decoding import Samples
from streamwer.types import Arrived

_LOOK_S = 0.1
"""How often one who waits looks whether a signal has ended the line, seconds."""


class _Block(NamedTuple):
    begin: int
    audio: Samples
    moment: float

    @property
    def end(self) -> int:
        return self.begin + len(self.audio)


class Line:
    """A `simulation.Source` that one thread fills and another listens to.

    The first sample is taken to be captured as long before its block arrives as the block lasts.

    Args:
        most_s: with so much that nobody has listened to, `put` waits, seconds.
        now: the time, in seconds.
        drain_s: how long a source that was hung up on may take to hand over what it has.
    """

    def __init__(
        self,
        most_s: float = 600.0,
        now: Callable[[], float] = time.monotonic,
        drain_s: float = 2.0,
    ) -> None:
        self._most, self._now, self._drain = samples(most_s), now, drain_s
        self._changed = threading.Condition()
        self._blocks: deque[_Block] = deque()
        self._samples = self._listened = 0
        self._wanted: float = 0
        self._over = self._fed = False
        self._hung_up: float | None = None
        self._last = 0.0
        self.error: Exception | None = None
        """What ended the line before its time."""
        self.origin = math.nan
        """When the first sample was captured, as `now` has it; known once `begun` returns true."""
        self.gaps = 0
        """How often the source has lost audio; what comes after is earlier here than it was."""

    # The side that brings the audio.

    def put(self, audio: Samples) -> bool:
        """Add what has just arrived; waits while too much lies there that nobody has heard.

        Returns:
            whether more is wanted than what is there already and can be had without waiting.
        """
        with self._changed:
            while self._full() and self._hung_up is None and not self._over:
                self._changed.wait(_LOOK_S)
            if self._ended():
                return False
            if len(audio):
                self._add(audio)
            return self._hung_up is None

    def fed(self) -> None:
        """Somebody brings audio, and will say `end` soon after `put` has said that it is enough."""
        self._fed = True

    def end(self, error: Exception | None = None) -> None:
        """There will be no more; `error` is why, where it should not have ended."""
        with self._changed:
            if not self._ended():
                self.error = error
            self._over = True
            self._changed.notify_all()

    def interrupted(self) -> None:
        """Audio is missing before what is put next. Takes no lock: a driver may call it."""
        self.gaps += 1

    def hang_up(self) -> None:
        """Take what is there for all there is. Takes no lock: a signal handler may call it.

        Who brings the audio may still hand over what the source has at that moment.
        """
        self._hung_up = time.monotonic()

    # The side that listens.

    def begun(self) -> bool:
        """Wait for the first sound; false if there will be none."""
        with self._changed:
            self._wait(1)
            return self._samples > 0

    def ready(self, wanted: float) -> float:
        with self._changed:
            self._wait(wanted)
            there = next((b.moment for b in self._blocks if b.end >= wanted), None)
            return self._last if there is None else there

    def arrived(self, moment: float) -> Arrived:
        with self._changed:
            return Arrived(self._samples, self._ended())

    def window(self, start: int, end: int) -> Samples:
        with self._changed:
            while self._blocks and self._blocks[0].end <= start:
                self._blocks.popleft()
            self._listened = max(self._listened, end)
            self._changed.notify_all()
            parts = [block.audio for block in self._blocks if block.begin < end]
            first = self._blocks[0].begin if self._blocks else start
        whole = np.concatenate(parts) if parts else np.zeros(0, np.float32)
        return whole[start - first : end - first]

    @property
    def seconds(self) -> float:
        """How much has arrived."""
        return seconds(self._samples)

    @property
    def held(self) -> float:
        """Seconds of audio that are kept."""
        with self._changed:
            return seconds(sum(len(block.audio) for block in self._blocks))

    def _wait(self, wanted: float) -> None:
        self._wanted = wanted
        self._changed.notify_all()  # who brings it may be waiting, and this asks for more
        while self._samples < wanted and not self._ended():
            self._changed.wait(_LOOK_S)

    def _ended(self) -> bool:
        if self._over or self._hung_up is None:
            return self._over
        return not self._fed or time.monotonic() > self._hung_up + self._drain

    def _full(self) -> bool:
        waiting = self._samples - self._listened
        return waiting >= self._most and self._samples >= self._wanted

    def _add(self, audio: Samples) -> None:
        now = self._now()
        if not self._samples:
            self.origin = now - seconds(len(audio))
        self._last = now - self.origin
        self._blocks.append(_Block(self._samples, audio, self._last))
        self._samples += len(audio)
        self._changed.notify_all()
