"""Several streams on one worker: who goes first, who shares a call, what queueing theory says."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.load import LoadConfig
from streamwer.errors import ConfigError
from streamwer.policies.base import Request
from streamwer.recognisers.base import Window
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import make_schedule, serve_streams
from streamwer.simulation.source import PacketSource, RecordingSource
from streamwer.simulation.stream import Stream
from streamwer.types import Hypothesis, StageTimes, Update
from tests.scripted import Scripted, silence

CHUNKS = 12


class Chunks:
    """Asks for a step at each of some moments (seconds), and hears all there is."""

    def __init__(self, moments: Sequence[float]) -> None:
        self._moments = [round(moment * SAMPLE_RATE) for moment in moments]
        self._next = 0

    def wants(self) -> float:
        return self._moments[self._next] if self._next < len(self._moments) else math.inf

    def plan(self, arrived: int, ended: bool) -> Request | None:
        if self._next == len(self._moments):
            return None
        self._next += 1
        return Request(0, 0)

    def absorb(self, hypothesis: Hypothesis) -> Update:
        return Update()


class EverySecond:
    """Asks for a step whenever another second has arrived."""

    def __init__(self) -> None:
        self._heard = 0

    def wants(self) -> float:
        return self._heard + SAMPLE_RATE

    def plan(self, arrived: int, ended: bool) -> Request:
        self._heard = arrived
        return Request(0, arrived)

    def absorb(self, hypothesis: Hypothesis) -> Update:
        return Update()


class Batched(Scripted):
    """Costs `fixed` seconds for a call and `each` for every window in it."""

    def __init__(self, fixed: float, each: float) -> None:
        super().__init__(())
        self._fixed, self._each = fixed, each
        self.sizes: list[int] = []

    def recognise(self, window: Window) -> Hypothesis:
        return self.recognise_batch([window])[0]

    def recognise_batch(self, windows: Sequence[Window]) -> list[Hypothesis]:
        self.sizes.append(len(windows))
        share = self._fixed / len(windows) + self._each
        return [Hypothesis(compute=StageTimes(decode=share)) for _ in windows]


def streams(moments: Sequence[Sequence[float]], begins: Sequence[float] = ()) -> list[Stream]:
    length = max(each[-1] for each in moments) + 1
    audio = silence(length)
    starts = begins or [0.0] * len(moments)
    return [
        Stream(str(i), RecordingSource(audio), Chunks(each), begin)
        for i, (each, begin) in enumerate(zip(moments, starts, strict=True))
    ]


def periodic(count: int) -> list[Stream]:
    return streams([[k + 1.0 for k in range(CHUNKS)]] * count)


def load(**values: object) -> LoadConfig:
    return LoadConfig(name="fixed", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(("count", "service"), [(3, 0.25), (4, 0.25), (5, 0.25), (9, 0.125)])
@pytest.mark.parametrize("schedule", ["fifo", "earliest_deadline"])
def test_streams_are_carried_if_and_only_if_their_service_fits_in_a_chunk(
    count: int, service: float, schedule: str
) -> None:
    """N·S ≤ T: mean wait (N−1)·S/2, maximum (N−1)·S; beyond it each chunk adds N·S − T."""
    order = make_schedule(load(schedule=schedule))
    recogniser = Scripted((), cost=lambda call: service)
    steps = list(serve_streams(periodic(count), recogniser, build_clock("measured"), order))
    waits = np.array([step.start - step.ready for step in steps])
    excess = max(0.0, count * service - 1.0)
    if not excess:
        assert waits.mean() == pytest.approx((count - 1) * service / 2, abs=1e-9)
    worst = (count - 1) * service + (CHUNKS - 1) * excess
    assert waits.max() == pytest.approx(worst, abs=1e-9)


@given(
    deadlines=st.lists(st.integers(1, 40), min_size=2, max_size=5),
    service=st.floats(0.1, 2),
)
def test_of_chunks_that_are_ready_at_once_the_one_due_first_goes_first(
    deadlines: list[int], service: float
) -> None:
    """Jackson 1955: for jobs released together no order has a smaller largest lateness."""
    at = 5.0  # all are ready now; a stream that began later has a shorter chunk, so is due sooner
    begins = sorted(at - chunk / 10 for chunk in deadlines)
    due = [at + (at - begin) for begin in begins]
    waiting = streams([[at - begin] for begin in begins], begins)
    order = make_schedule(load(schedule="earliest_deadline"))
    recogniser = Scripted((), cost=lambda call: service)
    late = []
    for step in serve_streams(waiting, recogniser, build_clock("measured"), order):
        number = int(step.recording)
        late.append(begins[number] + step.emitted - due[number])
    best = min(
        max(at + (place + 1) * service - due[number] for place, number in enumerate(each))
        for each in itertools.permutations(range(len(due)))
    )
    assert max(late) == pytest.approx(best, abs=1e-6)


@given(
    begins=st.lists(st.integers(0, 30), min_size=1, max_size=6),
    services=st.lists(st.floats(0.01, 1.5), min_size=72, max_size=72),
)
def test_with_equal_chunks_the_earliest_deadline_is_never_later_than_first_come(
    begins: list[int], services: list[float]
) -> None:
    starts = sorted(begin / 10 for begin in begins)
    worst = []
    for name in ("earliest_deadline", "fifo"):
        audio = RecordingSource(silence(100))  # no stream ends: a tail would be a shorter chunk
        waiting = [Stream(str(i), audio, EverySecond(), at) for i, at in enumerate(starts)]
        order = make_schedule(load(schedule=name))
        recogniser = Scripted((), cost=lambda call: services[call])
        endless = serve_streams(waiting, recogniser, build_clock("measured"), order)
        steps = list(itertools.islice(endless, 40))
        worst.append(max(step.emitted - step.ready - 1.0 for step in steps))
    assert worst[0] <= worst[1] + 1e-9


@pytest.mark.parametrize(("count", "most"), [(1, 4), (4, 4), (6, 4), (8, 3)])
def test_streams_in_phase_share_calls_as_the_closed_formula_says(count: int, most: int) -> None:
    """Calls of most b windows cost f + k·e: the i-th is shown i·f + (windows so far)·e after."""
    fixed, each = 0.1, 0.02
    recogniser = Batched(fixed, each)
    order = make_schedule(load(schedule="batched", batch=most))
    steps = list(serve_streams(periodic(count), recogniser, build_clock("measured"), order))
    sizes = [most] * (count // most) + ([count % most] if count % most else [])
    assert recogniser.sizes == sizes * CHUNKS
    after = np.cumsum([fixed + size * each for size in sizes])
    expected = np.repeat(after, sizes)
    found = np.array([step.emitted - step.ready for step in steps]).reshape(CHUNKS, count)
    np.testing.assert_allclose(found, np.tile(expected, (CHUNKS, 1)), atol=1e-9)


def test_a_shared_call_carries_streams_that_single_calls_cannot() -> None:
    """8 × (0.1 + 0.05) s of single calls do not fit in a second; 0.1 + 8 × 0.05 s do."""
    ends = {}
    for name in ("fifo", "batched"):
        order = make_schedule(load(schedule=name, batch=8))
        steps = list(serve_streams(periodic(8), Batched(0.1, 0.05), build_clock("measured"), order))
        ends[name] = max(step.emitted - step.ready for step in steps)
    assert ends["batched"] == pytest.approx(0.5)
    assert ends["fifo"] > 1.2


def test_a_recogniser_without_batches_is_refused_by_the_schedule_that_needs_them() -> None:
    order = make_schedule(load(schedule="batched", batch=2))
    with pytest.raises(ConfigError, match=r"load\.schedule=batched needs engine=direct"):
        list(serve_streams(periodic(2), Scripted(()), build_clock("measured"), order))


@given(
    begins=st.lists(st.integers(0, 50), min_size=1, max_size=8),
    services=st.lists(st.floats(0.0, 1.0), min_size=96, max_size=96),
    schedule=st.sampled_from(["fifo", "earliest_deadline", "batched"]),
)
def test_littles_law_holds_under_every_schedule(
    begins: list[int], services: list[float], schedule: str
) -> None:
    """Streams waiting, integrated over time from events, are the sum of the waits."""
    starts = sorted(begin / 10 for begin in begins)
    waiting = streams([[k + 1.0 for k in range(CHUNKS)]] * len(starts), starts)
    recogniser = Batched(0.3, 0.05) if schedule == "batched" else None
    steps = list(
        serve_streams(
            waiting,
            recogniser or Scripted((), cost=lambda call: services[call]),
            build_clock("measured"),
            make_schedule(load(schedule=schedule, batch=3)),
        )
    )
    events = sorted(
        (starts[int(s.recording)] + moment, change)
        for s in steps
        for moment, change in ((s.ready, 1), (s.start, -1))
    )
    area, level, last = 0.0, 0, events[0][0]
    for moment, change in events:
        area, level, last = area + level * (moment - last), level + change, moment
    assert area == pytest.approx(sum(s.start - s.ready for s in steps), abs=1e-6)


def test_many_random_streams_wait_like_one_poisson_stream() -> None:
    """M/D/1: mean wait ρ·S/(2(1−ρ)), for single chunks of streams that begin at random."""
    rng = np.random.default_rng(7)
    count, service, rho = 20_000, 0.05, 0.6
    begins = np.cumsum(rng.exponential(service / rho, count))
    audio = silence(0.1)
    waiting = (Stream("x", RecordingSource(audio), Chunks([0.01]), float(at)) for at in begins)
    recogniser = Scripted((), cost=lambda call: service)
    steps = serve_streams(waiting, recogniser, build_clock("measured"))
    waits = np.array([step.start - step.ready for step in steps])
    batches = waits.reshape(40, -1).mean(axis=1)
    error = batches.std(ddof=1) / math.sqrt(len(batches))
    assert abs(waits.mean() - rho * service / (2 * (1 - rho))) < 4 * error


def test_a_stream_is_not_asked_for_before_it_begins() -> None:
    asked: list[float] = []

    def arriving() -> object:
        for begins in (0.0, 3.0, 100.0):
            asked.append(begins)
            yield Stream(str(begins), RecordingSource(silence(2)), Chunks([1.0]), begins)

    steps = serve_streams(arriving(), Scripted((), cost=lambda call: 0.5), build_clock("measured"))  # type: ignore[arg-type]
    assert next(steps).recording == "0.0"
    assert asked == [0.0, 3.0]


def test_a_window_that_the_recogniser_fails_on_ends_its_stream_alone() -> None:
    class Fails(Scripted):
        def recognise(self, window: Window) -> Hypothesis:
            if len(self.windows) == 3:
                self.windows.append(window)
                raise RuntimeError("out of memory")
            return super().recognise(window)

    failed: list[tuple[str, str]] = []
    steps = list(
        serve_streams(
            periodic(2),
            Fails((), cost=lambda call: 0.25),
            build_clock("measured"),
            on_failure=lambda recording, error: failed.append((recording, str(error))),
        )
    )
    assert failed == [("1", "out of memory")]
    assert [step.recording for step in steps].count("0") == CHUNKS


def test_audio_in_packets_arrives_whole_packets_at_a_time() -> None:
    source = PacketSource(silence(1.1), 3_200)
    assert source.await_samples(1.0) == 0.2
    assert source.await_samples(3_201) == 0.4
    assert source.await_samples(math.inf) == 1.1
    assert source.count_arrived(0.39) == (3_200, False)
    assert source.count_arrived(0.4) == (6_400, False)
    assert source.count_arrived(1.09) == (16_000, False)
    assert source.count_arrived(1.1) == (17_600, True)
