"""Calls in real time: a process of its own says when each packet is sent, whatever the worker does.

Packets are due at absolute moments, so that one that is sent late delays no other. How late each
was is recorded: a run whose generator lagged measured the generator.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from threading import Condition, Thread
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from streamwer.audio import SAMPLE_RATE, Samples
from streamwer.errors import StreamwerError
from streamwer.simulation.source import Arrived, InPackets

_LEAD_S = 0.2
"""Between the moment that the generator is told to begin, and the beginning."""
_SHARE = 0.1
"""Of a chunk: the p99 of the generator's lag that makes a run worthless."""
_PATIENCE_S = 60.0


class Due(NamedTuple):
    """A packet: when it is sent (seconds after the origin), and the call that it belongs to."""

    at: float
    call: int


def _anywhere() -> None:
    """Run on whatever core the system chooses."""


class Generator:
    """Sends packets from a process of its own; the origin is known once it is entered.

    Args:
        dues: every packet of all calls.
        calls: how many calls there are.
        stay: keeps a thread to cores where it disturbs no worker; called in the process and in
            the thread that listens to it.
    """

    def __init__(
        self, dues: Sequence[Due], calls: int, stay: Callable[[], None] = _anywhere
    ) -> None:
        self.origin = 0.0
        self.lags: list[float] = []
        """Of each packet that was sent, seconds."""
        self._sent, self._changed = [0] * calls, Condition()
        context = multiprocessing.get_context("spawn")
        self._line, self._theirs = context.Pipe()
        self._stay = stay
        arguments = self._theirs, sorted(dues), stay
        self._process = context.Process(target=_send, args=arguments, daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self._theirs.close()  # so that the line ends when the process does
        self._line.recv()  # it is up
        self.origin = time.monotonic() + _LEAD_S
        self._line.send(self.origin)
        Thread(target=self._receive, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.join()

    def wait(self, call: int, packets: int) -> None:
        """Return when so many packets of a call have been sent.

        Raises:
            StreamwerError: they do not come.
        """
        with self._changed:
            there = self._changed.wait_for(lambda: self._sent[call] >= packets, _PATIENCE_S)
        if not there:
            raise StreamwerError("the process that sends the calls has stopped; run it again")

    def check(self, chunk_s: float) -> float:
        """The p99 of its lag, seconds.

        Raises:
            StreamwerError: it is more than a tenth of a chunk.
        """
        lag = float(np.quantile(self.lags, 0.99)) if self.lags else 0.0
        if lag > _SHARE * chunk_s:
            raise StreamwerError(
                f"the run is invalid: packets were sent {lag:.3f} s late (p99), more than"
                f" {_SHARE:.0%} of a chunk of {chunk_s:g} s; run it on a machine with a core to"
                " spare, or choose clock=measured"
            )
        return lag

    def _receive(self) -> None:
        self._stay()
        try:
            while True:
                call, lag = self._line.recv()
                with self._changed:
                    self._sent[call] += 1
                    self.lags.append(lag)
                    self._changed.notify_all()
        except (EOFError, OSError):
            return


class Sent(InPackets):
    """A recording whose packets a generator sends.

    Args:
        audio: all of it.
        packet: samples of a packet.
        generator: that sends them.
        call: its number there.
    """

    def __init__(self, audio: Samples, packet: int, generator: Generator, call: int) -> None:
        super().__init__(audio, packet)
        self._generator, self._call = generator, call

    def arrived(self, moment: float) -> Arrived:
        """What is due by then; it is waited for where the generator lags."""
        due = super().arrived(moment)
        self._generator.wait(self._call, -(-due.samples // self._packet))
        return due


def dues(begins: float, length: int, packet: int, call: int) -> list[Due]:
    """The packets of a call of `length` samples: each is due when its last sample was captured."""
    ends = [*range(packet, length, packet), length]
    return [Due(begins + end / SAMPLE_RATE, call) for end in ends]


def _send(line: Connection, packets: Sequence[Due], stay: Callable[[], None]) -> None:
    stay()
    line.send("up")
    origin = line.recv()
    for due in packets:
        moment = origin + due.at
        while (wait := moment - time.monotonic()) > 0:
            time.sleep(wait)
        line.send((due.call, time.monotonic() - moment))
