"""Send calls in real time from a separate process, independent of the worker.

Packets are due at absolute times, so a late packet delays no other. The lag of each packet is
recorded, since a run with a slow generator measures the generator.
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
from streamwer.simulation.source import PacketSource, SourceStoppedError
from streamwer.types import ArrivedAudio

_LEAD_S = 0.2
"""Time between the signal to begin and the begin."""
LARGEST_LAG = 0.1
"""Largest valid p99 of the generator's lag, as a share of a chunk."""
_PATIENCE_S = 60.0
_CHECK_S = 0.0002
"""Interval of the checks whether a late packet has been sent."""
_STOPPED = "the process that sends the calls has stopped; run it again"


class DuePacket(NamedTuple):
    """A packet: when it is due (seconds after the origin) and the index of its call."""

    at: float
    call: int


def _leave_unpinned() -> None:
    """Let the process run on any core."""


class PacketGenerator:
    """Sends packets from a separate process; entering its context sets the origin.

    Shared memory holds what was sent: a thread that listens to the process would compete with the
    worker for the interpreter.

    Args:
        dues: the packets of all calls.
        calls: number of calls.
        pin: pins the process to cores where it disturbs no worker; called in it.
    """

    def __init__(
        self, dues: Sequence[DuePacket], calls: int, pin: Callable[[], None] = _leave_unpinned
    ) -> None:
        self.origin = 0.0
        self._sent: Array[c_int] = RawArray(c_int, calls)
        self._lags: Array[c_double] = RawArray(c_double, len(dues))
        context = multiprocessing.get_context("spawn")
        self._line, self._child_line = context.Pipe()
        self._dues = sorted(dues)
        arguments = self._child_line, self._sent, self._lags, pin
        self._process = context.Process(target=_send, args=arguments, daemon=True)

    def __enter__(self) -> Self:
        with processes.ignore_sigint():
            self._process.start()
        self._child_line.close()  # so that reading fails once the process has ended
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
        """Send the process its packets once it is up, and the origin once it has them.

        As arguments they could block in a pipe that a dead process never reads.
        """
        try:
            self._await()
            self._line.send(self._dues)
            self._await()
            self.origin = time.monotonic() + _LEAD_S
            self._line.send(self.origin)
        except (EOFError, OSError) as error:  # it has printed the reason
            raise SourceStoppedError(_STOPPED) from error

    def _await(self) -> None:
        if not self._line.poll(_PATIENCE_S):
            raise SourceStoppedError(f"{_STOPPED}: it gave no sign within {_PATIENCE_S:g} s")
        self._line.recv()

    def _end(self) -> None:
        self._process.terminate()
        self._process.join()

    @property
    def lags(self) -> list[float]:
        """Lag of each packet sent so far, in order; seconds."""
        return self._lags[: sum(self._sent)]

    def wait_for_packets(self, call: int, packets: int) -> None:
        """Wait until a number of packets of a call have been sent.

        Args:
            call: its index.
            packets: the number.

        Raises:
            SourceStoppedError: they do not come.
        """
        if self._sent[call] >= packets:
            return
        deadline = time.monotonic() + _PATIENCE_S
        while self._process.is_alive() and time.monotonic() < deadline:
            if self._sent[call] >= packets:
                return
            time.sleep(_CHECK_S)
        if self._sent[call] < packets:  # it may have sent them and ended meanwhile
            raise SourceStoppedError(_STOPPED)

    def check_lag(self, chunk_s: float) -> float:
        """Return the p99 of the lag, seconds.

        Raises:
            StreamwerError: it is more than a tenth of a chunk.
        """
        lags = self.lags
        lag = float(np.quantile(lags, 0.99)) if lags else 0.0
        if lag > LARGEST_LAG * chunk_s:
            raise StreamwerError(
                f"the run is invalid: packets were sent {lag:.3f} s late (p99), more than"
                f" {LARGEST_LAG:.0%} of a chunk of {chunk_s:g} s; run it on a machine with a core"
                " to spare, or choose clock=measured"
            )
        return lag


class GeneratedSource(PacketSource):
    """A recording whose packets a generator sends.

    Args:
        audio: the recording, float32 at 16 kHz, shape (n,).
        packet: samples of a packet.
        generator: that sends the packets.
        call: index of the call.
    """

    def __init__(self, audio: Samples, packet: int, generator: PacketGenerator, call: int) -> None:
        super().__init__(audio, packet)
        self._generator, self._call = generator, call

    def count_arrived(self, moment: float) -> ArrivedAudio:
        """Count the samples due by a moment; wait for them where the generator lags.

        Raises:
            SourceStoppedError: they do not come.
        """
        due = super().count_arrived(moment)
        self._generator.wait_for_packets(self._call, -(-due.samples // self._packet))
        return due


def schedule_packets(begin: float, length: int, packet: int, call: int) -> list[DuePacket]:
    """Schedule the packets of a call: each is due when its last sample is captured.

    Args:
        begin: of the call, seconds after the origin.
        length: of the call, samples.
        packet: length of a packet, samples.
        call: its index.
    """
    ends = [*range(packet, length, packet), length]
    return [DuePacket(begin + end / SAMPLE_RATE, call) for end in ends]


@contextmanager
def send_calls(
    recordings: Sequence[Samples],
    begins: Sequence[float],
    packet: int,
    pin: Callable[[], None] = _leave_unpinned,
) -> Iterator[tuple[PacketGenerator, list[GeneratedSource]]]:
    """Send calls in real time while the block runs.

    Args:
        recordings: the audio of each call.
        begins: begin of each call, seconds after the origin.
        packet: samples of a packet.
        pin: as for `PacketGenerator`.

    Yields:
        The generator, and the audio source of each call.
    """
    packets = [
        due
        for call, (samples, at) in enumerate(zip(recordings, begins, strict=True))
        for due in schedule_packets(at, len(samples), packet, call)
    ]
    with PacketGenerator(packets, len(recordings), pin) as generator:
        yield (
            generator,
            [GeneratedSource(each, packet, generator, i) for i, each in enumerate(recordings)],
        )


def _send(
    line: Connection,
    sent: Array[c_int],
    lags: Array[c_double],
    pin: Callable[[], None],
) -> None:
    pin()
    line.send("up")
    packets: Sequence[DuePacket] = line.recv()
    line.send("ready")
    origin = line.recv()
    for i, due in enumerate(packets):
        moment = origin + due.at
        while (wait := moment - time.monotonic()) > 0:
            time.sleep(wait)
        lags[i] = time.monotonic() - moment
        sent[due.call] += 1
