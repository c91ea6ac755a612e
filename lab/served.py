"""Plays calls that arrive at one worker: for a capacity, and for a validation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import takewhile

from streamwer.analysis.capacity.figures import ServedCall
from streamwer.audio.decoding import Samples
from streamwer.config.load import LoadConfig
from streamwer.recognisers.base import Recogniser
from streamwer.simulation.arrivals import Arrival
from streamwer.simulation.clock import Clock
from streamwer.simulation.serving import OnFailure, make_schedule, serve_streams
from streamwer.simulation.stream import Stream
from streamwer.types import Reference, Step


def serve_calls(
    recordings: Sequence[tuple[Reference, Samples]],
    arrivals: Sequence[Arrival],
    streams: Iterable[Stream],
    recogniser: Recogniser,
    clock: Clock,
    load: LoadConfig,
    end: float = math.inf,
    failed: OnFailure | None = None,
) -> tuple[ServedCall, ...]:
    """Each arrival with the steps that it got; one that something failed on has none.

    Args:
        recordings: what the arrivals play.
        arrivals: in order of when they begin.
        streams: one of each arrival, named by its place: "0", "1", …
        recogniser: that serves them, on `clock`.
        load: says whom it serves first.
        end: of the service, seconds; a call that is cut there keeps the steps that it had.
        failed: told of each call that something failed on; without it the error ends them all.
    """
    steps: list[list[Step]] = [[] for _ in arrivals]

    def is_in_time(step: Step) -> bool:
        return arrivals[int(step.recording)].begin + step.emitted <= end

    def record_failure(name: str, error: Exception) -> None:
        lost.add(int(name))
        if failed:
            failed(name, error)

    lost: set[int] = set()
    schedule, told = make_schedule(load), record_failure if failed else None
    for step in takewhile(is_in_time, serve_streams(streams, recogniser, clock, schedule, told)):
        steps[int(step.recording)].append(step)
    for each in lost:
        steps[each].clear()
    return tuple(
        ServedCall(recordings[each.recording][0], each.begin, tuple(mine))
        for each, mine in zip(arrivals, steps, strict=True)
    )
