"""Plays the same calls to one worker in virtual time and in real time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from lab.served import serve_calls
from lab.validation.stalling import Stall, Stalled, pass_virtual_time
from streamwer import policies
from streamwer.analysis.capacity.figures import ServedCall
from streamwer.audio import seconds_to_samples
from streamwer.audio.decoding import Samples
from streamwer.config.experiment import SystemConfig
from streamwer.provenance import contention
from streamwer.recognisers.base import Recogniser
from streamwer.runners import core_reservation
from streamwer.runners.core_reservation import CoreReservation
from streamwer.runners.cpu_contention import CpuContentionMonitor
from streamwer.simulation.arrivals import Arrival, draw_arrivals
from streamwer.simulation.clock import Clock, WallClock, build_system_clock
from streamwer.simulation.generator import GeneratedSource, PacketGenerator, send_calls
from streamwer.simulation.source import AudioSource, make_source
from streamwer.simulation.stream import Stream
from streamwer.types import Reference

VIRTUAL, WALL = "virtual", "wall"
CLOCKS = (VIRTUAL, WALL)


@dataclass(frozen=True)
class Setting:
    """What is played: the same for both clocks.

    Attributes:
        streams: calls at once.
        seed: of their arrivals.
        until: calls begin before it, seconds.
        grace: steps are served for so long after it, seconds.
        stall: of the worker; None for none.
    """

    streams: int
    seed: int
    until: float
    grace: float
    stall: Stall | None = None


@dataclass(frozen=True)
class Run:
    """One setting as one clock played it.

    Attributes:
        generator_lag: p99 of how late packets were sent, seconds; None in virtual time.
        waited: share of its time that the worker waited for a core; None where it is not told.
    """

    clock: str
    setting: Setting
    calls: tuple[ServedCall, ...]
    generator_lag: float | None = None
    waited: float | None = None


class Player:
    """One worker, to which settings are played one after the other.

    Args:
        system: what it runs; its load says how calls arrive.
        recogniser: its model, loaded.
        calls: the recordings with their audio.
        place: the cores of the worker.
    """

    def __init__(
        self,
        system: SystemConfig,
        recogniser: Recogniser,
        calls: Sequence[tuple[Reference, Samples]],
        place: CoreReservation,
    ) -> None:
        self._system, self._recogniser, self._calls = system, recogniser, calls
        self._place = place
        self._packet = seconds_to_samples(system.load.packet_s)

    def play(self, setting: Setting, clock: str) -> Run:
        """The setting with one of `CLOCKS`.

        Raises:
            StreamwerError: packets were sent too late for the run to be worth anything.
        """
        watch = CpuContentionMonitor(self._place)
        with _disable_garbage_collection(), watch.measure():
            run = self._play_real(setting) if clock == WALL else self._play_virtual(setting)
        return replace(run, waited=_get_wait_share(watch.facts()))

    def _play_virtual(self, setting: Setting) -> Run:
        arrivals, clock = self._draw_arrivals(setting), build_system_clock(self._system)
        sources = [make_source(self._get_audio(each), self._system.load) for each in arrivals]
        with self._send_calls(arrivals):  # to nobody: that it runs costs a worker beside it time
            calls = self._serve_calls(setting, arrivals, sources, clock, pass_virtual_time)
        return Run(VIRTUAL, setting, calls)

    def _play_real(self, setting: Setting) -> Run:
        arrivals = self._draw_arrivals(setting)
        with self._send_calls(arrivals) as (generator, sources):
            clock = WallClock(generator.origin)
            calls = self._serve_calls(setting, arrivals, sources, clock, time.sleep)
            lag = generator.check_lag(float(self._system.policy["chunk_s"]))
        return Run(WALL, setting, calls, generator_lag=lag)

    def _send_calls(
        self, arrivals: Sequence[Arrival]
    ) -> AbstractContextManager[tuple[PacketGenerator, list[GeneratedSource]]]:
        """The calls in real time, by a process off the worker's cores."""
        heard, begins = map(self._get_audio, arrivals), [each.begin for each in arrivals]
        elsewhere = partial(core_reservation.pin_to_cores, self._place.other_cores)
        return send_calls(list(heard), begins, self._packet, elsewhere)

    def _get_audio(self, arrival: Arrival) -> Samples:
        return self._calls[arrival.recording][1]

    def _draw_arrivals(self, setting: Setting) -> list[Arrival]:
        load = replace(self._system.load, streams=setting.streams, seed=setting.seed)
        return draw_arrivals([each.seconds for each, _ in self._calls], load, setting.until)

    def _serve_calls(
        self,
        setting: Setting,
        arrivals: Sequence[Arrival],
        sources: Sequence[AudioSource],
        clock: Clock,
        passing: Callable[[float], None],
    ) -> tuple[ServedCall, ...]:
        """What is served until the end, with the stall if there is one."""
        recogniser = self._recogniser
        if setting.stall:
            clock = recogniser = Stalled(clock, recogniser, setting.stall, passing)
        streams = (
            Stream(str(i), source, policies.build_policy(self._system.policy), arrival.begin)
            for i, (arrival, source) in enumerate(zip(arrivals, sources, strict=True))
        )
        load, end = self._system.load, setting.until + setting.grace
        return serve_calls(self._calls, arrivals, streams, recogniser, clock, load, end)


@contextmanager
def _disable_garbage_collection() -> Iterator[None]:
    """No collection of garbage, which would fall on one clock and not on the other."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _get_wait_share(facts: dict[str, Any]) -> float | None:
    share = contention.assess_contention(facts).get(contention.SHARE)
    return None if share is None else float(share)
