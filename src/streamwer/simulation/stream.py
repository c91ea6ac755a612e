"""Play streams into a recogniser: recordings as if they were arriving live, and what is live.

One worker serves its streams first come, first served. A step sees all audio that has arrived
when it starts, so a slow step makes the next window larger and later: backlog is carried in
the loop, never added afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from streamwer.audio import Samples, seconds
from streamwer.policies.base import Policy
from streamwer.recognisers.base import Memory, Recogniser, Window
from streamwer.simulation.clock import Clock
from streamwer.simulation.source import Recording, Source
from streamwer.transcript import Step


class Stream:
    """One stream of audio being played into one policy.

    Args:
        recording: id for the event log.
        source: its audio.
        policy: a fresh policy of its own.
        begins: when its first sample is captured, on the worker's time line (seconds).
    """

    def __init__(self, recording: str, source: Source, policy: Policy, begins: float = 0.0) -> None:
        self._recording, self._source, self._policy = recording, source, policy
        self._memory = Memory()
        self.begins = begins
        self.ended = False
        self._steps = 0

    def ready(self) -> float:
        """When the audio that the policy waits for has arrived, on the worker's time line."""
        return self.begins + self._source.ready(self._policy.wants())

    def step(self, start: float, recogniser: Recogniser, clock: Clock) -> Step | None:
        """Run one step that starts at `start`; None if the policy needs no call."""
        ready, start = self._source.ready(self._policy.wants()), start - self.begins
        heard, all_heard = self._source.arrived(start)
        request = self._policy.plan(heard, all_heard)
        if request is None:
            self.ended = all_heard
            return None
        audio = self._source.window(request.start, request.end)
        window = Window(audio, request.start, request.prompt, request.listen_only, self._memory)
        hypothesis = recogniser.recognise(window)
        update = self._policy.absorb(hypothesis)
        self.ended = all_heard and request.end == heard
        self._steps += 1
        return Step(
            recording=self._recording,
            step=self._steps - 1,
            audio_end=seconds(request.end),
            ready=ready,
            start=start,
            emitted=clock.finish(start + self.begins, hypothesis) - self.begins,
            compute=hypothesis.compute,
            effort=hypothesis.effort,
            update=update,
            is_last=self.ended,
        )


def serve(streams: Sequence[Stream], recogniser: Recogniser, clock: Clock) -> Iterator[Step]:
    """Serve all streams with one recogniser; yield one step per call, in order of service.

    start = max(ready, moment the worker is free), emitted = start + compute; of the streams
    that are ready the one that became ready first goes first. The last step of a stream has
    `is_last`.
    """
    free = 0.0
    waiting = list(streams)
    while waiting:
        stream = min(waiting, key=Stream.ready)
        start = clock.start(max(stream.ready(), free))
        step = stream.step(start, recogniser, clock)
        if step is not None:
            free = step.emitted + stream.begins
            yield step
        if stream.ended:
            waiting.remove(stream)


def play(
    recording: str, audio: Samples, recogniser: Recogniser, policy: Policy, clock: Clock
) -> Iterator[Step]:
    """Serve one stream alone: what a caller with a machine to himself would see."""
    return serve([Stream(recording, Recording(audio), policy)], recogniser, clock)
