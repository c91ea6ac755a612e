"""Calls in real time: a process of its own says when each packet is sent, whatever the worker does.

Packets are due at absolute moments, so that one that is sent late delays no other. How late each
was is recorded: a run whose generator lagged measured the generator.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ctypes import Array, c_double, c_int
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import RawArray
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from streamwer._util import processes
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.errors import StreamwerError
from streamwer.simulation.source import InPackets, SilentError
from streamwer.types import Arrived

_LEAD_S = 0.2
"""Between the moment that the generator is told to begin, and the beginning."""
_SHARE = 0.1
"""Of a chunk: the p99 of the generator's lag that makes a run worthless."""
_PATIENCE_S = 60.0
_LOOK_S = 0.0002
"""Between two looks at whether a packet that is late has been sent."""
_STOPPED = "the process that sends the calls has stopped; run it again"


class Due(NamedTuple):
    """A packet: when it is sent (seconds after the origin), and the call that it belongs to."""

    at: float
    call: int


def _anywhere() -> None:
    """Run on whatever core the system chooses."""


class Generator:
    """Sends packets from a process of its own; the origin is known once it is entered.

    What was sent is told in shared memory: a thread that listens to the process would take turns
    with the worker, and take time from it.

    Args:
        dues: every packet of all calls.
        calls: how many calls there are.
        stay: keeps the process to cores where it disturbs no worker; called in it.
    """

    def __init__(
        self, dues: Sequence[Due], calls: int, stay: Callable[[], None] = _anywhere
    ) -> None:
        self.origin = 0.0
        self._sent: Array[c_int] = RawArray(c_int, calls)
        self._lags: Array[c_double] = RawArray(c_double, len(dues))
        context = multiprocessing.get_context("spawn")
        self._line, self._theirs = context.Pipe()
        self._dues = sorted(dues)
        arguments = self._theirs, self._sent, self._lags, stay
        self._process = context.Process(target=_send, args=arguments, daemon=True)

    def __enter__(self) -> Self:
        with processes.deaf():
            self._process.start()
        self._theirs.close()  # so that the line ends when the process does
        try:
            self._begin()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    def _begin(self) -> None:
        """Hand it the packets once it is up, and the origin once it has them.

        With its arguments they would be written into a pipe that one that dies never reads.
        """
        try:
            self._await()
            self._line.send(self._dues)
            self._await()
            self.origin = time.monotonic() + _LEAD_S
            self._line.send(self.origin)
        except (EOFError, OSError) as error:  # it has told why itself
            raise SilentError(_STOPPED) from error

    def _await(self) -> None:
        if not self._line.poll(_PATIENCE_S):
            raise SilentError(f"{_STOPPED}: it gave no sign within {_PATIENCE_S:g} s")
        self._line.recv()

    def _end(self) -> None:
        self._process.terminate()
        self._process.join()

    @property
    def lags(self) -> list[float]:
        """How late each packet was sent that was, in order; seconds."""
        return self._lags[: sum(self._sent)]

    def wait(self, call: int, packets: int) -> None:
        """Return when so many packets of a call have been sent.

        Raises:
            SilentError: they do not come.
        """
        if self._sent[call] >= packets:
            return
        deadline = time.monotonic() + _PATIENCE_S
        while self._process.is_alive() and time.monotonic() < deadline:
            if self._sent[call] >= packets:
                return
            time.sleep(_LOOK_S)
        if self._sent[call] < packets:  # it may have sent them, and ended, since
            raise SilentError(_STOPPED)

    def check(self, chunk_s: float) -> float:
        """The p99 of its lag, seconds.

        Raises:
            StreamwerError: it is more than a tenth of a chunk.
        """
        lags = self.lags
        lag = float(np.quantile(lags, 0.99)) if lags else 0.0
        if lag > _SHARE * chunk_s:
            raise StreamwerError(
                f"the run is invalid: packets were sent {lag:.3f} s late (p99), more than"
                f" {_SHARE:.0%} of a chunk of {chunk_s:g} s; run it on a machine with a core to"
                " spare, or choose clock=measured"
            )
        return lag


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
        """What is due by then; it is waited for where the generator lags.

        Raises:
            SilentError: it does not come.
        """
        due = super().arrived(moment)
        self._generator.wait(self._call, -(-due.samples // self._packet))
        return due


def dues(begins: float, length: int, packet: int, call: int) -> list[Due]:
    """The packets of a call of `length` samples: each is due when its last sample was captured."""
    ends = [*range(packet, length, packet), length]
    return [Due(begins + end / SAMPLE_RATE, call) for end in ends]


@contextmanager
def sending(
    heard: Sequence[Samples],
    begins: Sequence[float],
    packet: int,
    stay: Callable[[], None] = _anywhere,
) -> Iterator[tuple[Generator, list[Sent]]]:
    """Send calls in real time while the block runs.

    Args:
        heard: the audio of each call.
        begins: when each begins, seconds after the origin.
        packet: samples of a packet.
        stay: as for `Generator`.

    Yields:
        The generator, and each call as it arrives.
    """
    packets = [
        due
        for call, (samples, at) in enumerate(zip(heard, begins, strict=True))
        for due in dues(at, len(samples), packet, call)
    ]
    with Generator(packets, len(heard), stay) as generator:
        yield generator, [Sent(each, packet, generator, i) for i, each in enumerate(heard)]


def _send(
    line: Connection,
    sent: Array[c_int],
    lags: Array[c_double],
    stay: Callable[[], None],
) -> None:
    stay()
    line.send("up")
    packets: Sequence[Due] = line.recv()
    line.send("ready")
    origin = line.recv()
    for i, due in enumerate(packets):
        moment = origin + due.at
        while (wait := moment - time.monotonic()) > 0:
            time.sleep(wait)
        lags[i] = time.monotonic() - moment
        sent[due.call] += 1
