"""Plays a data set's recordings as calls to one worker, at one load after the other."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from lab.served import serve_calls
from streamwer import policies
from streamwer.analysis.capacity.figures import LoadFigures, ServedCall, SoloResult, measure_load
from streamwer.audio import seconds_to_samples
from streamwer.audio.decoding import Samples
from streamwer.config.experiment import SystemConfig
from streamwer.config.load import LoadConfig
from streamwer.provenance.signature import measures_hardware
from streamwer.recognisers.base import Memory, Recogniser
from streamwer.recognisers.caching import CachingRecogniser
from streamwer.runners.local import describe_error
from streamwer.simulation.arrivals import Arrival, draw_arrivals
from streamwer.simulation.clock import build_system_clock
from streamwer.simulation.serving import BatchRecogniser, OnFailure, make_schedule
from streamwer.simulation.source import make_source
from streamwer.simulation.stream import Stream
from streamwer.text.normalise import Normaliser
from streamwer.types import Reference

_LEAST_S = 240.0
"""Seconds of calls that count in a run, added up over its streams."""
_BUSY = 0.85
"""Of the time: about where a worker's queue begins to show in the 95th percentile."""


@dataclass(frozen=True)
class Span:
    """How long a run is: calls begin for `seconds`, and count after `warm_up` of them."""

    seconds: float
    warm_up: float

    def choose_bounds(self, streams: int, filling: float = 0.0) -> tuple[float, float]:
        """Begin and end of what counts: longer for few streams, so that there are words enough.

        Args:
            streams: calls at once.
            filling: how long it takes until there are so many, seconds; what counts begins later.
        """
        later = max(0.0, filling - self.warm_up)
        end = max(self.seconds, self.warm_up + _LEAST_S / streams)
        return self.warm_up + later, end + later


def add_result_cache(system: SystemConfig, recogniser: Recogniser) -> Recogniser:
    """The recogniser, which hears no window twice where its time is not measured."""
    packet = seconds_to_samples(system.load.packet_s)
    refused = make_schedule(system.load).max_batch > 1 and not isinstance(
        recogniser, BatchRecogniser
    )
    if packet <= 1 or measures_hardware(system.clock.name) or refused:
        return recogniser
    return CachingRecogniser(recogniser, packet, system.engine.speech_threshold)


class Worker:
    """One worker that is given one load after the other, from scratch each time.

    Args:
        system: what it runs; its load says how calls arrive.
        recogniser: its model, loaded; of `add_result_cache`. None where a server has it.
        calls: the recordings with their audio.
        normaliser: of the words.
        span: of each run.
    """

    def __init__(
        self,
        system: SystemConfig,
        recogniser: Recogniser | None,
        calls: Sequence[tuple[Reference, Samples]],
        normaliser: Normaliser,
        span: Span,
    ) -> None:
        self._system, self._calls, self._normaliser, self._span = system, calls, normaliser, span
        self._recogniser: Any = recogniser  # a server has its own

    def close(self) -> None:
        """End the processes of the worker; one with a recogniser here has none."""

    def run(self, streams: int, seed: int) -> LoadFigures:
        """The figures of one load; a call that something fails on is told, and its words missing.

        Where something fails on a call alone it is an error: there is nothing to compare with.
        """
        load = replace(self._system.load, streams=streams, seed=seed)
        lengths = [reference.seconds for reference, _ in self._calls]
        # Random calls are as many as was asked for when the first that came may be over.
        span = self._span.choose_bounds(streams, max(lengths) if load.name == "poisson" else 0.0)
        alone, lost = self.alone, list[str]()
        arrivals = draw_arrivals(lengths, load, span[1])
        calls = self._serve_calls(arrivals, load, lambda _, e: lost.append(describe_error(e)))
        for why, count in Counter(lost).items():
            of = f"{streams} streams, seed {seed}: {count} of {len(arrivals)} calls"
            print(f"{of} failed ({why})", file=sys.stderr)
        return measure_load(calls, alone, self._normaliser, span, streams, seed)

    @cached_property
    def alone(self) -> Mapping[str, SoloResult]:
        """Each recording with the worker to itself."""
        return {
            call.reference.recording: SoloResult.measure(call, self._normaliser)
            for call in self._one_by_one
        }

    @property
    def guess(self) -> int:
        """About how many calls keep the worker as busy as it may be, from what each takes alone."""
        busy = sum(step.emitted - step.start for call in self._one_by_one for step in call.steps)
        heard = sum(call.reference.seconds for call in self._one_by_one)
        return max(1, int(_BUSY * heard / busy)) if busy else 1

    @cached_property
    def _one_by_one(self) -> list[ServedCall]:
        load = replace(self._system.load, schedule="fifo")
        return [self._serve_calls([Arrival(0.0, i)], load)[0] for i in range(len(self._calls))]

    def _serve_calls(
        self, arrivals: Sequence[Arrival], load: LoadConfig, failed: OnFailure | None = None
    ) -> tuple[ServedCall, ...]:
        streams = (self._stream(str(i), each, load) for i, each in enumerate(arrivals))
        clock, heard = build_system_clock(self._system), self._recogniser
        return serve_calls(self._calls, arrivals, streams, heard, clock, load, failed=failed)

    def _stream(self, name: str, arrival: Arrival, load: LoadConfig) -> Stream:
        reference, audio = self._calls[arrival.recording]
        source = make_source(audio, load)
        policy = policies.build_policy(self._system.policy)
        memory = Memory()
        if isinstance(self._recogniser, CachingRecogniser):
            memory = self._recogniser.create_memory(reference.recording, audio)
        return Stream(name, source, policy, arrival.begin, memory)
