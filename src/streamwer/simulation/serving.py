"""One worker and the streams that it serves: who goes first, and who shares a model call.

A step sees all audio that has arrived when it starts, so a slow step makes the next window
larger and later: backlog is carried in the loop, never added afterwards.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import NamedTuple, Protocol, runtime_checkable

from streamwer.audio.decoding import Samples
from streamwer.config.load import LoadConfig
from streamwer.datasets.augmentation.packets import Journey
from streamwer.errors import ConfigError
from streamwer.policies.base import Policy
from streamwer.recognisers.base import Metered, Recogniser, Window
from streamwer.simulation.clock import Clock
from streamwer.simulation.network import Packets
from streamwer.simulation.source import Recording, SilentError
from streamwer.simulation.stream import Stream
from streamwer.types import Compute, Effort, Hypothesis, Step


class Schedule(NamedTuple):
    """Whom a worker serves next.

    Attributes:
        urgency: of a stream that waits: the least goes first, and of equals the first to begin.
        most: streams that share one model call.
    """

    urgency: Callable[[Stream], float]
    most: int = 1


FIFO = Schedule(Stream.ready)


@runtime_checkable
class Batching(Protocol):
    """A recogniser that takes several windows at once."""

    def recognise_all(self, windows: Sequence[Window]) -> list[Hypothesis]:
        """Transcribe windows of several streams; what the call costs is shared out among them."""
        ...


def schedule_of(load: LoadConfig) -> Schedule:
    """The schedule that a load asks for."""
    if load.schedule == "earliest_deadline":
        return Schedule(lambda stream: _deadline(stream, load.deadline_s))
    return Schedule(Stream.ready, load.batch if load.schedule == "batched" else 1)


def _deadline(stream: Stream, within: float | None) -> float:
    """By when a step should be done: `within` after the first sample it brings, or one chunk."""
    if within is not None:
        return stream.heard_until + within
    ready = stream.ready()
    return ready + (ready - stream.heard_until)


Failed = Callable[[str, Exception], None]
"""Told of the recording of a stream that something failed on, and which ends there."""


def serve(
    streams: Iterable[Stream],
    recogniser: Recogniser,
    clock: Clock,
    schedule: Schedule = FIFO,
    failed: Failed | None = None,
) -> Iterator[Step]:
    """Serve all streams with one recogniser; yield one step per window, in order of service.

    start = max(ready, moment the worker is free), emitted = start + compute. Of the streams
    that are ready the most urgent goes first. The last step of a stream has `is_last`.

    Args:
        streams: in order of when they begin; each is asked for only when it does.
        failed: told of each stream whose policy failed, or the recogniser on its window; without it
            the error ends them all. Windows that fail together are tried one by one.

    Raises:
        ConfigError: the schedule wants batches, and the recogniser takes one window at a time.
        SilentError: no audio comes any more.
    """
    if schedule.most > 1 and not isinstance(recogniser, Batching):
        raise ConfigError("load.schedule=batched needs engine=direct: the other takes one window")
    queue, free = _Queue(streams, schedule, failed), 0.0
    while (earliest := queue.earliest()) is not None:
        now = free = clock.start(max(earliest, free))
        chosen = queue.take(now)
        heard, lost = _heard(_windows(chosen, now, failed), recogniser, failed)
        if heard or lost:
            free = clock.finish(now, _together([*(hypothesis for _, hypothesis in heard), *lost]))
            yield from _shown(heard, free, failed)
        queue.put_back(chosen)


def play(
    recording: str,
    audio: Samples,
    recogniser: Recogniser,
    policy: Policy,
    clock: Clock,
    journey: Journey | None = None,
) -> Iterator[Step]:
    """Serve one stream alone: what a caller with a machine to himself would see.

    Without a `journey` through a network each sample arrives as it is captured.
    """
    source = Packets(audio, journey) if journey else Recording(audio)
    return serve([Stream(recording, source, policy)], recogniser, clock)


class _Queue:
    """Streams that have not begun, that wait for audio, and that wait for the worker."""

    def __init__(
        self, streams: Iterable[Stream], schedule: Schedule, failed: Failed | None
    ) -> None:
        self._later, self._schedule, self._failed = iter(streams), schedule, failed
        self._next = next(self._later, None)
        self._numbers, self._number = count(), dict[Stream, int]()
        self._coming: list[tuple[float, int, Stream]] = []
        self._waiting: list[tuple[float, int, Stream]] = []

    def earliest(self) -> float | None:
        """When a step may begin, were the worker free; None when all streams have ended."""
        if self._waiting:
            return 0.0
        while self._next and (not self._coming or self._next.begins <= self._coming[0][0]):
            self._admit(self._next)
        return self._coming[0][0] if self._coming else None

    def take(self, now: float) -> list[Stream]:
        """The most urgent of the streams that wait; they are out of the queue until put back."""
        while self._next and self._next.begins <= now:
            self._admit(self._next)
        while self._coming and self._coming[0][0] <= now:
            _, number, stream = heapq.heappop(self._coming)
            heapq.heappush(self._waiting, (self._schedule.urgency(stream), number, stream))
        some = min(self._schedule.most, len(self._waiting))
        return [heapq.heappop(self._waiting)[2] for _ in range(some)]

    def put_back(self, streams: Iterable[Stream]) -> None:
        """Let streams that have not ended wait for their next audio."""
        for stream in streams:
            if stream.ended:
                del self._number[stream]
            else:
                self._put(stream)

    def _admit(self, stream: Stream) -> None:
        self._number[stream] = next(self._numbers)
        self._put(stream)
        self._next = next(self._later, None)

    def _put(self, stream: Stream) -> None:
        with _alone(stream, self._failed):
            heapq.heappush(self._coming, (stream.ready(), self._number[stream], stream))
        if stream.ended:
            del self._number[stream]


@contextmanager
def _alone(stream: Stream, failed: Failed | None) -> Iterator[None]:
    """What fails within ends this stream and no other, where there is somebody to be told."""
    try:
        yield
    except SilentError:
        raise
    except Exception as error:
        if failed is None:
            raise
        stream.ended = True
        failed(stream.recording, error)


def _windows(
    streams: Iterable[Stream], now: float, failed: Failed | None
) -> list[tuple[Stream, Window]]:
    """Of the streams that need a call now."""
    taken = []
    for stream in streams:
        with _alone(stream, failed):
            if (window := stream.take(now)) is not None:
                taken.append((stream, window))
    return taken


def _heard(
    taken: Sequence[tuple[Stream, Window]], recogniser: Recogniser, failed: Failed | None
) -> tuple[list[tuple[Stream, Hypothesis]], list[Hypothesis]]:
    """What was heard, and what calls that failed spent and did until then, where it is known."""
    lost: list[Hypothesis] = []
    if len(taken) > 1 and isinstance(recogniser, Batching):
        try:
            together = recogniser.recognise_all([window for _, window in taken])
        except Exception:
            if failed is None:
                raise
            lost += _spent(recogniser)
        else:
            return [(stream, h) for (stream, _), h in zip(taken, together, strict=True)], []
    heard = []
    for stream, window in taken:
        with _alone(stream, failed):
            try:
                heard.append((stream, recogniser.recognise(window)))
            except Exception:
                lost += _spent(recogniser)
                raise
    return heard, lost


def _spent(recogniser: Recogniser) -> list[Hypothesis]:
    return [recogniser.spent()] if isinstance(recogniser, Metered) else []


def _shown(
    heard: Iterable[tuple[Stream, Hypothesis]], emitted: float, failed: Failed | None
) -> Iterator[Step]:
    for stream, hypothesis in heard:
        step = None
        with _alone(stream, failed):
            step = stream.give(hypothesis, emitted)
        if step is not None:
            yield step


def _together(heard: Sequence[Hypothesis]) -> Hypothesis:
    """What one call spent and did for all its windows."""
    if len(heard) == 1:
        return heard[0]
    compute = sum((each.compute for each in heard), Compute())
    return Hypothesis(compute=compute, effort=sum((each.effort for each in heard), Effort()))
