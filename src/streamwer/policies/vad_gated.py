"""Base of the policies that wait for pauses: between decodings only the voice detector runs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from streamwer.audio import samples_to_seconds, seconds_to_samples
from streamwer.config.settings import check_order, setting
from streamwer.policies.base import Request
from streamwer.policies.buffered import KEPT_SILENCE, SHORTEST_STEP_S
from streamwer.policies.trimmed_buffer import TrimmedBuffer
from streamwer.types import Hypothesis, Update, Word


class VadGatedPolicy(TrimmedBuffer):
    """Asks the voice detector at every `poll_s`, and decodes when that makes a decoding due."""

    @dataclass
    class Config(TrimmedBuffer.Config):
        """Settings of a policy that the voice detector drives."""

        poll_s: float = setting(
            0.2, "how often the voice detector is asked", unit="seconds", at_least=SHORTEST_STEP_S
        )

        @property
        def step_s(self) -> float:
            return self.poll_s

        def check_relations(self, group: str) -> None:
            """Refuse a poll interval that is longer than the buffer."""
            super().check_relations(group)
            check_order(group, self, "poll_s", "buffer_s")

    config: Config

    def __init__(self, config: Config | None = None, **values: Any) -> None:
        super().__init__(config, **values)
        self._listens = self._due = False
        self._decoded = 0
        self._onset: int | None = None  # where speech of the turn began; none while nobody speaks

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
            quiet = seconds_to_samples(hypothesis.silence)
            undecoded = self._end - quiet > self._decoded
            turn_end = self._track_speech(quiet)
            return Update(tentative=self._tentative, turn_end=turn_end, undecoded=undecoded)
        self._due, self._decoded = False, self._end
        update = super().absorb(hypothesis)
        if self._silence >= self._pause:
            update = replace(update, turn_end=self._end_turn(self._silence))
        return update

    def _track_speech(self, quiet: int) -> float:
        """Follow the speech, with so many quiet samples behind it; return the end of the turn."""
        spoken = self._end - quiet
        if self._onset is None and quiet < self._end - self._start:
            self._onset = max(self._start, min(spoken, self._end - self._step))
        over = quiet >= self._pause and spoken <= self._decoded
        if self._tentative and over:
            self._due = True  # decoded once more, so that the tail is committed
        elif not self._tentative and (over or quiet >= self._end - self._start):
            turn_end = self._end_turn(quiet)
            self._end_prompt()
            self._move_to(self._end - KEPT_SILENCE)
            return turn_end
        else:
            self._due = self._is_due(spoken, quiet)
        return 0.0

    def _end_turn(self, quiet: int) -> float:
        """End the turn, if there is one: return the second at which its speech ended, or 0."""
        spoken = samples_to_seconds(max(0, self._end - quiet)) if self._onset is not None else 0.0
        self._onset = None
        return spoken

    def _is_pause(self, new: Sequence[Word]) -> bool:
        return self._silence >= self._pause

    @abstractmethod
    def _is_due(self, spoken: int, quiet: int) -> bool:
        """Tell whether to decode now: there was speech until sample `spoken`, and `quiet` since."""
