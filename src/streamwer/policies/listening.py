"""What the policies share that listen for pauses: between decodings only the detector runs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from streamwer.audio import samples
from streamwer.errors import ConfigError
from streamwer.policies.base import Request
from streamwer.policies.buffered import KEPT, SHORTEST_CHUNK_S
from streamwer.policies.trimmed import Trimmed
from streamwer.types import Hypothesis, Update, Word


class Listening(Trimmed):
    """Asks the voice detector at every `poll_s`, and decodes when that makes a decoding due.

    Args:
        poll_s: how often the voice detector is asked, seconds.
    """

    def __init__(self, poll_s: float, **trimming: Any) -> None:
        if poll_s < SHORTEST_CHUNK_S:
            raise ConfigError(f"policy.poll_s={poll_s} must be at least {SHORTEST_CHUNK_S}")
        super().__init__(poll_s, **trimming)
        self._listens = self._due = False
        self._decoded = 0
        self._onset: int | None = None  # where the turn was first heard; none while nobody speaks

    def wants(self) -> float:
        return self._end if self._due else super().wants()

    def plan(self, arrived: int, ended: bool) -> Request | None:
        request = super().plan(arrived, ended)
        self._listens = not (self._due or self._final or self._more_arrived)
        if request is None or not self._listens:
            return request
        return replace(request, prompt="", prefix="", listen_only=True)

    def absorb(self, hypothesis: Hypothesis) -> Update:
        if self._listens:
            quiet = samples(hypothesis.silence)
            undecoded = self._end - quiet > self._decoded
            self._hear(quiet)
            return Update(tentative=self._shown, undecoded=undecoded)
        self._due, self._decoded = False, self._end
        update = super().absorb(hypothesis)
        if self._quiet >= self._pause:
            self._onset = None
        return update

    def _hear(self, quiet: int) -> None:
        spoken = self._end - quiet
        if self._onset is None and quiet < self._end - self._start:
            self._onset = max(self._start, min(spoken, self._end - self._chunk))
        over = quiet >= self._pause and spoken <= self._decoded
        if self._shown and over:
            self._due = True  # decoded once more, so that the tail is committed
        elif not self._shown and (over or quiet >= self._end - self._start):
            self._begin_turn()
        else:
            self._due = self._is_due(spoken, quiet)

    def _begin_turn(self) -> None:
        self._onset = None
        self._forget_prompt()
        self._move_to(self._end - KEPT)

    def _paused(self, fresh: Sequence[Word]) -> bool:
        return self._quiet >= self._pause

    @abstractmethod
    def _is_due(self, spoken: int, quiet: int) -> bool:
        """Whether to decode now: speech was heard until sample `spoken`, and `quiet` since."""
