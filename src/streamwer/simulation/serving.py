"""Serve streams with one worker: scheduling, and batches that share a model call.

A step sees all audio that has arrived when it starts, so a slow step makes the next window
larger and later: the loop carries the backlog, which is never added afterwards.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import NamedTuple, Protocol, runtime_checkable

from streamwer.audio.decoding import Samples
from streamwer.config.load import LoadConfig
from streamwer.datasets.augmentation.network import PacketNetwork
from streamwer.errors import ConfigError
from streamwer.policies.base import Policy
from streamwer.recognisers.base import Recogniser, SupportsSpent, Window
from streamwer.simulation.clock import Clock
from streamwer.simulation.network import NetworkSource
from streamwer.simulation.source import RecordingSource, SourceStoppedError
from streamwer.simulation.stream import Stream
from streamwer.types import Hypothesis, StageTimes, Step, WorkCounters


class Schedule(NamedTuple):
    """Order in which a worker serves streams.

    Attributes:
        urgency: key of a waiting stream: the smallest goes first, then the first to begin.
        max_batch: largest number of streams that share one model call.
    """

    urgency: Callable[[Stream], float]
    max_batch: int = 1


FIFO = Schedule(Stream.find_ready_time)


@runtime_checkable
class BatchRecogniser(Protocol):
    """A recogniser that takes several windows at once."""

    def recognise_batch(self, windows: Sequence[Window]) -> list[Hypothesis]:
        """Transcribe windows of several streams; they share the cost of the call."""
        ...


def make_schedule(load: LoadConfig) -> Schedule:
    """Make the schedule that a load asks for."""
    if load.schedule == "earliest_deadline":
        return Schedule(lambda stream: _compute_deadline(stream, load.deadline_s))
    return Schedule(Stream.find_ready_time, load.batch if load.schedule == "batched" else 1)


def _compute_deadline(stream: Stream, within: float | None) -> float:
    """Return the deadline of a step: `within` or one chunk after its first new sample."""
    if within is not None:
        return stream.heard_until + within
    ready = stream.find_ready_time()
    return ready + (ready - stream.heard_until)


OnFailure = Callable[[str, Exception], None]
"""Called with the recording of a stream that failed, which ends there, and the error."""


def serve_streams(
    streams: Iterable[Stream],
    recogniser: Recogniser,
    clock: Clock,
    schedule: Schedule = FIFO,
    on_failure: OnFailure | None = None,
) -> Iterator[Step]:
    """Serve all streams with one recogniser; yield one step per window, in order of service.

    start = max(ready, time when the worker is free), emitted = start + compute. Of the ready
    streams the most urgent goes first. The last step of a stream has `is_last`.

    Args:
        streams: in order of their begins; each is taken only when it begins.
        recogniser: that transcribes the windows.
        clock: that times the steps.
        schedule: order of service, and batches.
        on_failure: called for each stream whose policy or window fails; without it the error ends
            all streams. A batch that fails is tried again window by window.

    Raises:
        ConfigError: the schedule needs batches, but the recogniser takes one window at a time.
        SourceStoppedError: no more audio comes.
    """
    if schedule.max_batch > 1 and not isinstance(recogniser, BatchRecogniser):
        raise ConfigError("load.schedule=batched needs engine=direct: the other takes one window")
    queue, free = _Queue(streams, schedule, on_failure), 0.0
    while (earliest := queue.find_earliest()) is not None:
        now = free = clock.start(max(earliest, free))
        chosen = queue.take_most_urgent(now)
        hypotheses, lost = _recognise_windows(
            _take_windows(chosen, now, on_failure), recogniser, on_failure
        )
        if hypotheses or lost:
            free = clock.finish(
                now, _sum_costs([*(hypothesis for _, hypothesis in hypotheses), *lost])
            )
            yield from _make_steps(hypotheses, free, on_failure)
        queue.put_back(chosen)


def play_recording(
    recording: str,
    audio: Samples,
    recogniser: Recogniser,
    policy: Policy,
    clock: Clock,
    journey: PacketNetwork | None = None,
) -> Iterator[Step]:
    """Serve one stream alone on the worker.

    Args:
        recording: its id.
        audio: float32 at 16 kHz, shape (n,).
        recogniser: that transcribes the windows.
        policy: a fresh policy.
        clock: that times the steps.
        journey: of the packets through a network; without one, samples arrive as captured.
    """
    source = NetworkSource(audio, journey) if journey else RecordingSource(audio)
    return serve_streams([Stream(recording, source, policy)], recogniser, clock)


class _Queue:
    """Streams that have not begun, that wait for audio, or that wait for the worker."""

    def __init__(
        self, streams: Iterable[Stream], schedule: Schedule, on_failure: OnFailure | None
    ) -> None:
        self._later, self._schedule, self._on_failure = iter(streams), schedule, on_failure
        self._next = next(self._later, None)
        self._numbers, self._number = count(), dict[Stream, int]()
        self._coming: list[tuple[float, int, Stream]] = []
        self._waiting: list[tuple[float, int, Stream]] = []

    def find_earliest(self) -> float | None:
        """Return when a free worker could begin a step; None once all streams have ended."""
        if self._waiting:
            return 0.0
        while self._next and (not self._coming or self._next.begin <= self._coming[0][0]):
            self._admit(self._next)
        return self._coming[0][0] if self._coming else None

    def take_most_urgent(self, now: float) -> list[Stream]:
        """Take the most urgent waiting streams out of the queue, until they are put back."""
        while self._next and self._next.begin <= now:
            self._admit(self._next)
        while self._coming and self._coming[0][0] <= now:
            _, number, stream = heapq.heappop(self._coming)
            heapq.heappush(self._waiting, (self._schedule.urgency(stream), number, stream))
        some = min(self._schedule.max_batch, len(self._waiting))
        return [heapq.heappop(self._waiting)[2] for _ in range(some)]

    def put_back(self, streams: Iterable[Stream]) -> None:
        """Put streams back that have not ended, to wait for their next audio."""
        for stream in streams:
            if stream.ended:
                del self._number[stream]
            else:
                self._enqueue(stream)

    def _admit(self, stream: Stream) -> None:
        self._number[stream] = next(self._numbers)
        self._enqueue(stream)
        self._next = next(self._later, None)

    def _enqueue(self, stream: Stream) -> None:
        with _isolate_failure(stream, self._on_failure):
            heapq.heappush(self._coming, (stream.find_ready_time(), self._number[stream], stream))
        if stream.ended:
            del self._number[stream]


@contextmanager
def _isolate_failure(stream: Stream, on_failure: OnFailure | None) -> Iterator[None]:
    """Let an error within the block end this stream only, if there is an `on_failure`."""
    try:
        yield
    except SourceStoppedError:
        raise
    except Exception as error:
        if on_failure is None:
            raise
        stream.ended = True
        on_failure(stream.recording, error)


def _take_windows(
    streams: Iterable[Stream], now: float, on_failure: OnFailure | None
) -> list[tuple[Stream, Window]]:
    """Take the windows of the streams that need a call now."""
    windows = []
    for stream in streams:
        with _isolate_failure(stream, on_failure):
            if (window := stream.take_window(now)) is not None:
                windows.append((stream, window))
    return windows


def _recognise_windows(
    windows: Sequence[tuple[Stream, Window]], recogniser: Recogniser, on_failure: OnFailure | None
) -> tuple[list[tuple[Stream, Hypothesis]], list[Hypothesis]]:
    """Return the hypotheses, and the known costs of failed calls."""
    lost: list[Hypothesis] = []
    if len(windows) > 1 and isinstance(recogniser, BatchRecogniser):
        try:
            together = recogniser.recognise_batch([window for _, window in windows])
        except Exception:
            if on_failure is None:
                raise
            lost += _read_lost_cost(recogniser)
        else:
            return [(stream, h) for (stream, _), h in zip(windows, together, strict=True)], []
    hypotheses = []
    for stream, window in windows:
        with _isolate_failure(stream, on_failure):
            try:
                hypotheses.append((stream, recogniser.recognise(window)))
            except Exception:
                lost += _read_lost_cost(recogniser)
                raise
    return hypotheses, lost


def _read_lost_cost(recogniser: Recogniser) -> list[Hypothesis]:
    return [recogniser.spent()] if isinstance(recogniser, SupportsSpent) else []


def _make_steps(
    hypotheses: Iterable[tuple[Stream, Hypothesis]], emitted: float, on_failure: OnFailure | None
) -> Iterator[Step]:
    for stream, hypothesis in hypotheses:
        step = None
        with _isolate_failure(stream, on_failure):
            step = stream.complete_step(hypothesis, emitted)
        if step is not None:
            yield step


def _sum_costs(hypotheses: Sequence[Hypothesis]) -> Hypothesis:
    """Sum the costs of all windows of one call."""
    if len(hypotheses) == 1:
        return hypotheses[0]
    compute = sum((each.compute for each in hypotheses), StageTimes())
    return Hypothesis(
        compute=compute, effort=sum((each.effort for each in hypotheses), WorkCounters())
    )
