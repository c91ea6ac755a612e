"""One stream of audio with its policy, step by step."""

from __future__ import annotations

from typing import NamedTuple

from streamwer.audio import samples_to_seconds
from streamwer.policies.base import Policy, Request
from streamwer.recognisers.base import Memory, Window
from streamwer.simulation.source import AudioSource
from streamwer.types import Hypothesis, Step


class _PendingStep(NamedTuple):
    """A step whose window was taken but has no hypothesis yet; times of the stream, seconds."""

    ready: float
    start: float
    request: Request
    is_last: bool


class Stream:
    """One stream of audio that is played into one policy.

    Args:
        recording: id for the event log.
        source: of its audio.
        policy: a fresh policy.
        begin: capture time of its first sample, on the worker's time line (seconds).
        memory: state that the recogniser keeps for the stream.
    """

    def __init__(
        self,
        recording: str,
        source: AudioSource,
        policy: Policy,
        begin: float = 0.0,
        memory: Memory | None = None,
    ) -> None:
        self.recording, self._source, self._policy = recording, source, policy
        self._memory = memory or Memory()
        self._pending: _PendingStep | None = None
        self.begin, self.heard_until = begin, begin
        self.ended = False
        self._steps = 0

    def find_ready_time(self) -> float:
        """Return when the audio that the policy needs has arrived, on the worker's time line."""
        return self.begin + self._source.await_samples(self._policy.wants())

    def take_window(self, now: float) -> Window | None:
        """Take the window of a step that starts at `now`; None if the policy needs no call."""
        ready, start = self._source.await_samples(self._policy.wants()), now - self.begin
        count, is_all = self._source.count_arrived(start)
        self.heard_until = self.begin + samples_to_seconds(count)
        request = self._policy.plan(count, is_all)
        if request is None:
            self.ended = is_all
            return None
        self._pending = _PendingStep(ready, start, request, is_all and request.end == count)
        audio = self._source.read_window(request.start, request.end)
        return Window(
            audio,
            request.start,
            request.prompt,
            request.prefix,
            request.listen_only,
            self._memory,
        )

    def complete_step(self, hypothesis: Hypothesis, emitted: float) -> Step:
        """Complete the step whose window was taken; it is emitted at `emitted`, worker's time."""
        assert self._pending is not None, "no window was taken"
        pending, self._pending = self._pending, None
        self.ended = pending.is_last
        self._steps += 1
        return Step(
            recording=self.recording,
            step=self._steps - 1,
            audio_end=samples_to_seconds(pending.request.end),
            ready=pending.ready,
            start=pending.start,
            emitted=emitted - self.begin,
            compute=hypothesis.compute,
            effort=hypothesis.effort,
            update=self._policy.absorb(hypothesis),
            is_last=pending.is_last,
            language=hypothesis.language,
        )
