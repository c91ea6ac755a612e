"""The clock that owes nothing to the machine: compute as a committed profile predicts it."""

from __future__ import annotations

from streamwer.config import hardware
from streamwer.config.hardware import CallCosts
from streamwer.types import Hypothesis


class Profile:
    """A step takes as long as such a call takes on the machine of a hardware profile.

    Args:
        costs: of the system's model, called as the system calls it.
    """

    def __init__(self, costs: CallCosts) -> None:
        self._costs = costs

    def start(self, earliest: float) -> float:
        return earliest

    def finish(self, start: float, hypothesis: Hypothesis) -> float:
        return start + hardware.seconds(self._costs, hypothesis.effort)
