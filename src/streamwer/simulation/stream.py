"""One stream of audio and the policy that listens to it, step by step."""

from __future__ import annotations

from typing import NamedTuple

from streamwer.audio import seconds
from streamwer.policies.base import Policy, Request
from streamwer.recognisers.base import Memory, Window
from streamwer.simulation.source import Source
from streamwer.types import Hypothesis, Step


class _Begun(NamedTuple):
    """A step between its window and its hypothesis; seconds on the stream's own line."""

    ready: float
    start: float
    request: Request
    is_last: bool


class Stream:
    """One stream of audio being played into one policy.

    Args:
        recording: id for the event log.
        source: its audio.
        policy: a fresh policy of its own.
        begins: when its first sample is captured, on the worker's time line (seconds).
        memory: what the recogniser keeps of it.
    """

    def __init__(
        self,
        recording: str,
        source: Source,
        policy: Policy,
        begins: float = 0.0,
        memory: Memory | None = None,
    ) -> None:
        self.recording, self._source, self._policy = recording, source, policy
        self._memory = memory or Memory()
        self._begun: _Begun | None = None
        self.begins, self.heard_until = begins, begins
        self.ended = False
        self._steps = 0

    def ready(self) -> float:
        """When the audio that the policy waits for has arrived, on the worker's time line."""
        return self.begins + self._source.ready(self._policy.wants())

    def take(self, now: float) -> Window | None:
        """The window of a step that starts at `now`; None if the policy needs no call."""
        ready, start = self._source.ready(self._policy.wants()), now - self.begins
        heard, all_heard = self._source.arrived(start)
        self.heard_until = self.begins + seconds(heard)
        request = self._policy.plan(heard, all_heard)
        if request is None:
            self.ended = all_heard
            return None
        self._begun = _Begun(ready, start, request, all_heard and request.end == heard)
        audio = self._source.window(request.start, request.end)
        return Window(
            audio,
            request.start,
            request.prompt,
            request.prefix,
            request.listen_only,
            self._memory,
        )

    def give(self, hypothesis: Hypothesis, emitted: float) -> Step:
        """The step whose window was taken, shown at `emitted` on the worker's time line."""
        assert self._begun is not None, "no window was taken"
        begun, self._begun = self._begun, None
        self.ended = begun.is_last
        self._steps += 1
        return Step(
            recording=self.recording,
            step=self._steps - 1,
            audio_end=seconds(begun.request.end),
            ready=begun.ready,
            start=begun.start,
            emitted=emitted - self.begins,
            compute=hypothesis.compute,
            effort=hypothesis.effort,
            update=self._policy.absorb(hypothesis),
            is_last=begun.is_last,
            language=hypothesis.language,
        )
