"""Plays the same calls to one worker in virtual time and in real time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from lab.served import served
from lab.validation.stalling import Stall, Stalled, in_virtual_time
from streamwer import policies, simulation
from streamwer.analysis.capacity.figures import Call
from streamwer.audio import samples
from streamwer.audio.decoding import Samples
from streamwer.config.experiment import SystemConfig
from streamwer.provenance import contention
from streamwer.recognisers.base import Recogniser
from streamwer.runners import core_reservation
from streamwer.runners.core_reservation import Place
from streamwer.runners.cpu_contention import Watch
from streamwer.simulation.arrivals import Arrival
from streamwer.simulation.clock import Clock, Wall
from streamwer.simulation.generator import Generator, Sent
from streamwer.simulation.source import Source
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
    calls: tuple[Call, ...]
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
        place: Place,
    ) -> None:
        self._system, self._recogniser, self._calls = system, recogniser, calls
        self._place = place
        self._packet = samples(system.load.packet_s)

    def play(self, setting: Setting, clock: str) -> Run:
        """The setting with one of `CLOCKS`.

        Raises:
            StreamwerError: packets were sent too late for the run to be worth anything.
        """
        watch = Watch(self._place)
        with _undisturbed(), watch.streaming():
            run = self._in_real_time(setting) if clock == WALL else self._virtual(setting)
        return replace(run, waited=_waited(watch.facts()))

    def _virtual(self, setting: Setting) -> Run:
        arrivals, clock = self._arrivals(setting), simulation.clock_of(self._system)
        sources = [simulation.arriving(self._heard(each), self._system.load) for each in arrivals]
        with self._sending(arrivals):  # to nobody: that it runs costs a worker beside it time
            calls = self._served(setting, arrivals, sources, clock, in_virtual_time)
        return Run(VIRTUAL, setting, calls)

    def _in_real_time(self, setting: Setting) -> Run:
        arrivals = self._arrivals(setting)
        with self._sending(arrivals) as (generator, sources):
            clock = Wall(generator.origin)
            calls = self._served(setting, arrivals, sources, clock, time.sleep)
            lag = generator.check(float(self._system.policy["chunk_s"]))
        return Run(WALL, setting, calls, generator_lag=lag)

    def _sending(
        self, arrivals: Sequence[Arrival]
    ) -> AbstractContextManager[tuple[Generator, list[Sent]]]:
        """The calls in real time, by a process off the worker's cores."""
        heard, begins = map(self._heard, arrivals), [each.begins for each in arrivals]
        elsewhere = partial(core_reservation.stay, self._place.others)
        return simulation.sending(list(heard), begins, self._packet, elsewhere)

    def _heard(self, arrival: Arrival) -> Samples:
        return self._calls[arrival.recording][1]

    def _arrivals(self, setting: Setting) -> list[Arrival]:
        load = replace(self._system.load, streams=setting.streams, seed=setting.seed)
        return simulation.drawn([each.seconds for each, _ in self._calls], load, setting.until)

    def _served(
        self,
        setting: Setting,
        arrivals: Sequence[Arrival],
        sources: Sequence[Source],
        clock: Clock,
        passing: Callable[[float], None],
    ) -> tuple[Call, ...]:
        """What is served until the end, with the stall if there is one."""
        recogniser = self._recogniser
        if setting.stall:
            clock = recogniser = Stalled(clock, recogniser, setting.stall, passing)
        streams = (
            Stream(str(i), source, policies.build(self._system.policy), arrival.begins)
            for i, (arrival, source) in enumerate(zip(arrivals, sources, strict=True))
        )
        load, end = self._system.load, setting.until + setting.grace
        return served(self._calls, arrivals, streams, recogniser, clock, load, end)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No collection of garbage, which would fall on one clock and not on the other."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _waited(facts: dict[str, Any]) -> float | None:
    share = contention.judged(facts).get(contention.SHARE)
    return None if share is None else float(share)
