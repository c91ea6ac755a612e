"""A source of live audio: a buffer between the thread that records and the recogniser."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from streamwer.audio import samples_to_seconds, seconds_to_samples
from streamwer.audio.decoding import Samples
from streamwer.types import ArrivedAudio

_POLL_S = 0.1
"""How often a waiting thread checks whether a signal has ended the source, seconds."""


class _Block(NamedTuple):
    begin: int
    audio: Samples
    moment: float

    @property
    def end(self) -> int:
        return self.begin + len(self.audio)


class LiveSource:
    """An audio source that one thread fills and another reads; no audio is dropped.

    The first sample is taken to be captured one block length before its block arrives.

    Args:
        most_s: seconds of unread audio at which `append` waits.
        now: returns the time, seconds.
        drain_s: seconds in which a producer may deliver the rest after `hang_up`.
    """

    def __init__(
        self,
        most_s: float = 600.0,
        now: Callable[[], float] = time.monotonic,
        drain_s: float = 2.0,
    ) -> None:
        self._most, self._now, self._drain = seconds_to_samples(most_s), now, drain_s
        self._changed = threading.Condition()
        self._blocks: deque[_Block] = deque()
        self._samples = self._listened = 0
        self._wanted: float = 0
        self._over = self._fed = False
        self._hung_up: float | None = None
        self._last = 0.0
        self.error: Exception | None = None
        """The error that ended the audio early."""
        self.origin = math.nan
        """Capture time of the first sample by `now`; known once `wait_for_audio` returns true."""
        self.gaps = 0
        """Number of losses of audio; later audio is then early by what was lost."""

    # The producer's side.

    def append(self, audio: Samples) -> bool:
        """Append audio that has just arrived; wait while too much of it is unread.

        Args:
            audio: float32 samples at 16 kHz, shape (n,).

        Returns:
            Whether the producer should wait for more; else it delivers what it has and ends.
        """
        with self._changed:
            while self._is_full() and self._hung_up is None and not self._over:
                self._changed.wait(_POLL_S)
            if self._has_ended():
                return False
            if len(audio):
                self._add(audio)
            return self._hung_up is None

    def expect_feed(self) -> None:
        """Expect a producer, which calls `finish` soon after `append` returns false."""
        self._fed = True

    def finish(self, error: Exception | None = None) -> None:
        """End the audio, with the error that caused it, if one did."""
        with self._changed:
            if not self._has_ended():
                self.error = error
            self._over = True
            self._changed.notify_all()

    def count_gap(self) -> None:
        """Count a loss of audio before the next block. Takes no lock: a driver may call it."""
        self.gaps += 1

    def hang_up(self) -> None:
        """End the audio with what has arrived. Takes no lock: a signal handler may call it.

        The producer may still deliver what it has at that moment.
        """
        self._hung_up = time.monotonic()

    # The reader's side.

    def wait_for_audio(self) -> bool:
        """Wait for the first samples; return false if there are none."""
        with self._changed:
            self._wait(1)
            return self._samples > 0

    def await_samples(self, wanted: float) -> float:
        with self._changed:
            self._wait(wanted)
            return next((b.moment for b in self._blocks if b.end >= wanted), self._last)

    def count_arrived(self, moment: float) -> ArrivedAudio:
        with self._changed:
            return ArrivedAudio(self._samples, self._has_ended())

    def read_window(self, start: int, end: int) -> Samples:
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
        """Length of the audio that has arrived."""
        return samples_to_seconds(self._samples)

    @property
    def buffered_seconds(self) -> float:
        """Length of the audio in memory."""
        with self._changed:
            return samples_to_seconds(sum(len(block.audio) for block in self._blocks))

    def _wait(self, wanted: float) -> None:
        self._wanted = wanted
        self._changed.notify_all()  # the producer may be waiting
        while self._samples < wanted and not self._has_ended():
            self._changed.wait(_POLL_S)

    def _has_ended(self) -> bool:
        if self._over or self._hung_up is None:
            return self._over
        return not self._fed or time.monotonic() > self._hung_up + self._drain

    def _is_full(self) -> bool:
        waiting = self._samples - self._listened
        return waiting >= self._most and self._samples >= self._wanted

    def _add(self, audio: Samples) -> None:
        now = self._now()
        if not self._samples:
            self.origin = now - samples_to_seconds(len(audio))
        self._last = now - self.origin
        self._blocks.append(_Block(self._samples, audio, self._last))
        self._samples += len(audio)
        self._changed.notify_all()
