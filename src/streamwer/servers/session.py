"""One session with a server: a recording is sent in real time, every message kept with its time."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from streamwer.audio import seconds_to_samples
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.errors import StreamwerError
from streamwer.servers.protocol import (
    MALFORMED,
    Adapter,
    Message,
    describe_message,
    parse_end_of_audio,
)
from streamwer.servers.transport import Connection, open_connection
from streamwer.simulation.generator import schedule_packets

SAMPLE_BYTES = 2
DIGITS = 6
"""Times are kept in microseconds, in memory as in files."""
_LONGEST_SIGN = 4096
"""Longest message, in characters, that is looked at before the audio ends: those that say that the
session failed are short, and to parse a long one would delay the time of the next."""


class End(StrEnum):
    """How a session ended."""

    SIGNALLED = "the server said so"
    CLOSED = "the server closed the connection"
    UNFINISHED = "the server said no end in time"
    FAILED = "failed"


class Call(NamedTuple):
    """A recording to send: s16le at 16 kHz, and when it begins (seconds after the first may)."""

    recording: str
    pcm: bytes
    begin: float = 0.0


class TimedMessage(NamedTuple):
    """A message and when it was received, seconds after the first sample of the audio."""

    at: float
    message: Message


@dataclass(frozen=True)
class Session:
    """All that is kept of a session. Times are seconds after the first sample was captured.

    Attributes:
        recording: its id.
        seconds: length of the audio.
        connect_s: what opening the connection took.
        ready_s: what the server took from then on to be ready for audio.
        end: how it ended.
        reason: why it failed, or that no end came in time.
        end_sent: when the end of the audio was sent; NaN if never.
        ended: when the session was over.
        cpu_s: processor time of the server for the call, seconds; NaN where it is not known.
        lags: how late each chunk was sent.
        sends: what sending each chunk took: a server that reads too slowly blocks it.
        messages: of the server.
    """

    recording: str
    seconds: float
    connect_s: float = math.nan
    ready_s: float = math.nan
    end: End = End.FAILED
    reason: str = ""
    end_sent: float = math.nan
    ended: float = math.nan
    cpu_s: float = math.nan
    lags: tuple[float, ...] = ()
    sends: tuple[float, ...] = ()
    messages: tuple[TimedMessage, ...] = ()


def play_session(call: Call, adapter: Adapter) -> Session:
    """Play a recording to a server. Whatever goes wrong with the server is in the result."""
    return _Player(call, adapter).play()


class _Receiver(threading.Thread):
    """Keeps the messages of a connection with their times, and finds those that end it."""

    def __init__(self, connection: Connection, adapter: Adapter) -> None:
        super().__init__(daemon=True)
        self._connection, self._adapter = connection, adapter
        self.messages: list[tuple[float, Message]] = []
        self.error = ""
        self.changed = threading.Condition()
        self.is_ready = adapter.is_ready(None)
        self.has_ended = self.is_closed = self.may_end = False

    def run(self) -> None:
        while (message := self._connection.receive()) is not None:
            self.messages.append((time.monotonic(), message))
            if len(message) <= _LONGEST_SIGN or self.may_end or not self.is_ready:
                self._read_sign(message)
        with self.changed:
            self.is_closed = True
            self.changed.notify_all()

    def _read_sign(self, message: Message) -> None:
        with self.changed:
            try:
                self.error = self.error or self._adapter.find_error(message)
                self.is_ready = self.is_ready or self._adapter.is_ready(message)
                self.has_ended = self.has_ended or self._adapter.is_end(message)
            except (StreamwerError, *MALFORMED) as error:
                self.error = f"{describe_message(message)}: {error}"
            if self.error or self.is_ready or self.has_ended:
                self.changed.notify_all()

    @property
    def is_over(self) -> bool:
        """True if there is nothing more to wait for."""
        return bool(self.error) or self.has_ended or self.is_closed

    def wait_until_ready(self, patience: float) -> None:
        """Wait until audio may be sent; the caller looks at what has become of it."""
        with self.changed:
            self.changed.wait_for(lambda: self.is_ready or self.is_over, patience)

    def wait_until_over(self, deadline: float) -> None:
        """Wait until nothing more is expected, or until a moment of the monotonic clock."""
        with self.changed:
            self.changed.wait_for(lambda: self.is_over, max(0.0, deadline - time.monotonic()))


class _Player:
    def __init__(self, call: Call, adapter: Adapter) -> None:
        self._call, self._adapter = call, adapter
        self._lags: list[float] = []
        self._sends: list[float] = []
        self._start = self._end_sent = math.nan
        self._connect_s = self._ready_s = math.nan

    def play(self) -> Session:
        began = time.monotonic()
        try:
            with open_connection(self._adapter) as connection:
                opened = time.monotonic()
                self._connect_s = opened - began
                receiver = _Receiver(connection, self._adapter)
                receiver.start()
                end, reason = self._talk(connection, receiver, opened)
            receiver.join(timeout=1.0)
        except StreamwerError as error:
            return self._build_session(End.FAILED, str(error), ())
        return self._build_session(end, reason, tuple(receiver.messages))

    def _talk(self, connection: Connection, receiver: _Receiver, opened: float) -> tuple[End, str]:
        """Hold the session; say how it ended, and why."""
        patience = self._adapter.config.patience_s
        with suppress(OSError):  # the receiver sees the end of the connection, too
            for message in self._adapter.greet():
                connection.send(message)
            receiver.wait_until_ready(patience)
            if not receiver.is_ready or receiver.error:
                return End.FAILED, self._explain_refusal(connection, receiver)
            self._start = time.monotonic()
            self._ready_s = self._start - opened
            self._send_audio(connection, receiver)
        if not math.isnan(self._end_sent):
            receiver.wait_until_over(self._end_sent + patience)
        else:
            receiver.wait_until_over(time.monotonic() + 1.0)
        return self._judge_end(connection, receiver)

    def _explain_refusal(self, connection: Connection, receiver: _Receiver) -> str:
        if receiver.error:
            return receiver.error
        if receiver.is_closed:
            return f"closed before it was ready {connection.close_reason}".rstrip()
        protocol = self._adapter.config.protocol
        said = [f"it sent {describe_message(message)}" for _, message in receiver.messages[:1]]
        return (
            f"not ready within {self._adapter.config.patience_s:g} s"
            f" ({said[0] if said else 'no message'}); does it speak the protocol {protocol}?"
        )

    def _judge_end(self, connection: Connection, receiver: _Receiver) -> tuple[End, str]:
        sent = not math.isnan(self._end_sent)
        if receiver.error:
            return End.FAILED, receiver.error
        if receiver.has_ended:
            return End.SIGNALLED, ""
        if receiver.is_closed and sent and not connection.close_reason:
            return End.CLOSED, ""
        if receiver.is_closed or not sent:
            at = len(self._lags) * self._adapter.config.chunk_s
            when = "the end of the audio" if sent else f"{at:.1f} s of audio"
            return End.FAILED, f"dropped after {when} {connection.close_reason}".strip()
        return End.UNFINISHED, f"no end within {self._adapter.config.patience_s:g} s"

    def _send_audio(self, connection: Connection, receiver: _Receiver) -> None:
        """Send every chunk when a microphone would have captured it, and then the end."""
        what_follows = parse_end_of_audio(self._adapter.config.end_of_audio)
        silence = bytes(SAMPLE_BYTES * seconds_to_samples(what_follows.silence_s))
        packet = seconds_to_samples(self._adapter.config.chunk_s)
        for due, chunk in _cut_chunks(self._call.pcm + silence, packet):
            messages = self._adapter.encode(chunk)
            moment = self._start + due
            while (wait := moment - time.monotonic()) > 0:
                time.sleep(wait)
            if receiver.error or receiver.is_closed:
                return
            sent_at = time.monotonic()
            for message in messages:
                connection.send(message)
            self._lags.append(sent_at - moment)
            self._sends.append(time.monotonic() - sent_at)
        receiver.wait_until_over(time.monotonic() + what_follows.hold_s)
        self._end_sent, receiver.may_end = time.monotonic(), True
        for message in self._adapter.end():
            connection.send(message)

    def _build_session(
        self, end: End, reason: str, messages: Sequence[tuple[float, Message]]
    ) -> Session:
        # Without a first sample there is no zero; what was said then is timed from the first word.
        zero = self._start if not math.isnan(self._start) else time.monotonic()
        return Session(
            recording=self._call.recording,
            seconds=count_seconds(self._call.pcm),
            connect_s=round(self._connect_s, DIGITS),
            ready_s=round(self._ready_s, DIGITS),
            end=end,
            reason=reason,
            end_sent=round(self._end_sent - zero, DIGITS),
            ended=round(time.monotonic() - zero, DIGITS),
            lags=tuple(round(lag, DIGITS) for lag in self._lags),
            sends=tuple(round(spent, DIGITS) for spent in self._sends),
            messages=tuple(
                TimedMessage(round(at - zero, DIGITS), message) for at, message in messages
            ),
        )


def count_seconds(pcm: bytes) -> float:
    """Return the length of s16le at 16 kHz, seconds."""
    return len(pcm) / SAMPLE_BYTES / SAMPLE_RATE


def _cut_chunks(pcm: bytes, packet: int) -> Iterator[tuple[float, bytes]]:
    """Yield chunks with the second at which the last sample of each is captured."""
    size = SAMPLE_BYTES * packet
    dues = schedule_packets(0.0, len(pcm) // SAMPLE_BYTES, packet, 0)
    for number, due in enumerate(dues):
        yield due.at, pcm[number * size : (number + 1) * size]
