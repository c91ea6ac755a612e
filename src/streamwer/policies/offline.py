"""The whole recording in one step: the accuracy that streaming is measured against."""

from __future__ import annotations

import math

from streamwer.config.registry import policy
from streamwer.policies.base import ConfiguredPolicy, Request
from streamwer.types import Hypothesis, Update


@policy("offline")
class Offline(ConfiguredPolicy):
    """Waits for the end of the stream, then transcribes all of it and commits every word."""

    def wants(self) -> float:
        return math.inf

    def plan(self, arrived: int, ended: bool) -> Request | None:
        return Request(0, arrived) if ended else None

    def absorb(self, hypothesis: Hypothesis) -> Update:
        return Update(committed=hypothesis.words)
