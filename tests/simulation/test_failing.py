"""What fails ends one stream: the others lose nothing, and their time goes on as it must."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.hardware import CallCosts
from streamwer.config.load import LoadConfig
from streamwer.policies.base import Request
from streamwer.recognisers.base import Window
from streamwer.simulation.clock import ProfileClock
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import OnFailure, Schedule, make_schedule, serve_streams
from streamwer.simulation.source import RecordingSource, SourceStoppedError
from streamwer.simulation.stream import Stream
from streamwer.types import ArrivedAudio, Hypothesis, StageTimes, Step, Update, WorkCounters
from tests.scripted import silence

FIXED_S, EACH_S = 0.25, 0.0625
AUDIO = silence(60)
FATAL = ("wants", "plan", "recognise", "absorb")


class Troubled:
    """Asks for a step every second, and has one trouble after the other, or none ("fine")."""

    def __init__(self, troubles: Sequence[str]) -> None:
        self._troubles, self._asked = troubles, 0
        self._trouble = "fine"

    def wants(self) -> float:
        if self._asked < len(self._troubles):
            self._fail("wants", self._troubles[self._asked])
            return (self._asked + 1) * SAMPLE_RATE
        return math.inf

    def plan(self, arrived: int, ended: bool) -> Request | None:
        if self._asked == len(self._troubles):
            return None
        self._trouble = self._troubles[self._asked]
        self._asked += 1
        self._fail("plan", self._trouble)
        return None if self._trouble == "needless" else Request(0, arrived, self._trouble)

    def absorb(self, hypothesis: Hypothesis) -> Update:
        self._fail("absorb", self._trouble)
        return Update()

    def _fail(self, here: str, trouble: str) -> None:
        if trouble == here:
            raise RuntimeError(here)


class Frail:
    """Fails on windows whose prompt says so, and on all that share a call with one."""

    def recognise(self, window: Window) -> Hypothesis:
        return self.recognise_batch([window])[0]

    def recognise_batch(self, windows: Sequence[Window]) -> list[Hypothesis]:
        if "recognise" in [window.prompt for window in windows]:
            raise RuntimeError("recognise")
        share = FIXED_S / len(windows) + EACH_S
        return [Hypothesis(compute=StageTimes(decode=share)) for _ in windows]


def make_streams(troubles: Sequence[Sequence[str]], begins: Sequence[float] = ()) -> list[Stream]:
    starts = begins or [0.0] * len(troubles)
    return [
        Stream(str(i), RecordingSource(AUDIO), Troubled(each), at)
        for i, (each, at) in enumerate(zip(troubles, starts, strict=True))
    ]


def serve(
    streams: Sequence[Stream], clock: str, most: int, failed: OnFailure | None = None
) -> list[Step]:
    load = LoadConfig(name="fixed", schedule="batched" if most > 1 else "fifo", batch=most)
    return list(serve_streams(streams, Frail(), build_clock(clock), make_schedule(load), failed))


@pytest.mark.parametrize("trouble", ["recognise", "plan", "absorb", "needless"])
@pytest.mark.parametrize("clock", ["unaware", "measured"])
def test_who_waits_behind_a_step_that_was_not_to_be_is_served_no_sooner(
    clock: str, trouble: str
) -> None:
    """All three are ready at 1 s after their beginnings: at 1 s, at 5 s and at 5 s."""
    streams = make_streams([["fine"], [trouble], ["fine"]], [0.0, 4.0, 4.0])
    first, last = serve(streams, clock, 1, lambda *_: None)
    assert (first.recording, first.start) == ("0", 1.0)
    assert last.recording == "2"
    spent = FIXED_S + EACH_S if (clock, trouble) == ("measured", "absorb") else 0.0
    assert (last.ready, last.start) == (1.0, 1.0 + spent)


@given(
    troubles=st.lists(
        st.lists(st.sampled_from(["fine", "fine", "needless", *FATAL]), min_size=1, max_size=4),
        min_size=1,
        max_size=5,
    ),
    begins=st.lists(st.integers(0, 6), min_size=5, max_size=5),
    clock=st.sampled_from(["unaware", "measured"]),
    most=st.integers(1, 4),
)
def test_each_stream_gets_its_steps_in_time_until_it_fails_itself(
    troubles: list[list[str]], begins: list[int], clock: str, most: int
) -> None:
    starts = [begin / 2 for begin in sorted(begins)[: len(troubles)]]
    told: list[tuple[str, str]] = []
    steps = serve(
        make_streams(troubles, starts),
        clock,
        most,
        lambda recording, error: told.append((recording, str(error))),
    )
    fine, fatal = {}, {}
    for i, each in enumerate(troubles):
        end = next((at for at, trouble in enumerate(each) if trouble in FATAL), len(each))
        fine[str(i)] = each[:end].count("fine")
        if end < len(each):
            fatal[str(i)] = each[end]
    assert {name: [s.recording for s in steps].count(name) for name in fine} == fine
    assert sorted(told) == sorted(fatal.items())
    assert all(step.ready <= step.start <= step.emitted for step in steps)
    assert all(step.audio_end <= step.start for step in steps)
    at = [starts[int(step.recording)] for step in steps]
    spans = [(b + s.start, b + s.emitted) for b, s in zip(at, steps, strict=True)]
    assert all(after[0] >= before[1] or after == before for before, after in pairwise(spans))


def test_windows_that_fail_together_are_charged_what_they_take_one_by_one() -> None:
    told: list[str] = []
    streams = make_streams([["fine"], ["recognise"], ["fine"]])
    steps = serve(streams, "measured", 3, lambda recording, _: told.append(recording))
    assert told == ["1"]
    assert [step.recording for step in steps] == ["0", "2"]
    assert [step.emitted for step in steps] == [1.0 + 2 * (FIXED_S + EACH_S)] * 2


class Metering(Frail):
    """Reads a token for each window, and knows so of a call that failed as well."""

    def recognise_batch(self, windows: Sequence[Window]) -> list[Hypothesis]:
        self._did = Hypothesis(effort=WorkCounters(prompt_tokens=len(windows)))
        return [
            replace(each, effort=WorkCounters(prompt_tokens=1))
            for each in super().recognise_batch(windows)
        ]

    def spent(self) -> Hypothesis:
        return self._did


@pytest.mark.parametrize(("most", "moments"), [(1, [2.0, 4.0]), (3, [7.0, 7.0])])
def test_a_profile_charges_calls_that_failed_for_what_they_did(
    most: int, moments: list[float]
) -> None:
    """A second for each window of a call: three of the batch, and each of the three alone."""
    clock = ProfileClock(CallCosts(decode_prompt_token=1e6, encode_frames=[1], encode_us=[0.0]))
    streams = make_streams([["fine"], ["recognise"], ["fine"]])
    schedule = Schedule(Stream.find_ready_time, most)
    steps = list(serve_streams(streams, Metering(), clock, schedule, lambda *_: None))
    assert [(step.recording, step.emitted) for step in steps] == list(
        zip("02", moments, strict=True)
    )


@pytest.mark.parametrize("trouble", FATAL)
@pytest.mark.parametrize("most", [1, 2])
def test_with_nobody_to_tell_an_error_ends_them_all(trouble: str, most: int) -> None:
    with pytest.raises(RuntimeError, match=trouble):
        serve(make_streams([["fine"], [trouble]]), "unaware", most)


class Silent(RecordingSource):
    """Its sender has stopped."""

    def count_arrived(self, moment: float) -> ArrivedAudio:
        raise SourceStoppedError("run it again")


def test_where_no_audio_comes_any_more_no_stream_is_to_blame() -> None:
    told: list[object] = []
    stream = Stream("0", Silent(AUDIO), Troubled(["fine"]))
    with pytest.raises(SourceStoppedError):
        serve([stream], "unaware", 1, lambda *failure: told.append(failure))
    assert not told
