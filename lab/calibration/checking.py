"""What the clock `profile` makes of calls, beside what the clock `measured` makes of them here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from lab.bench.playing import Call
from streamwer import policies
from streamwer.config.experiment import SystemConfig
from streamwer.config.hardware import CallCosts
from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.tables import score
from streamwer.recognisers.base import Recogniser
from streamwer.simulation.clock import Clock, ProfileClock, build_clock
from streamwer.simulation.serving import play_recording
from streamwer.text.normalise import get_normaliser
from streamwer.types import Step


@dataclass(frozen=True)
class Line:
    """One clock's figures for one system: seconds.

    Attributes:
        compute: of all steps, as the clock counts it.
        p50: commit latency, median.
        p95: commit latency, 95th percentile.
    """

    system: str
    clock: str
    compute: float
    p50: float
    p95: float


@dataclass(frozen=True)
class Contestant:
    """A system with its model loaded and its costs looked up."""

    name: str
    system: SystemConfig
    recogniser: Recogniser
    costs: CallCosts

    def list_clocks(self) -> Mapping[str, Callable[[], Clock]]:
        """How to make each clock that is compared."""
        return {
            "measured": partial(build_clock, "measured"),
            "profile": partial(ProfileClock, self.costs),
        }


def check(
    contestants: Sequence[Contestant],
    calls: Sequence[Call],
    scoring: ScoringConfig,
    advance: Callable[[], None] = lambda: None,
) -> list[Line]:
    """Play all calls with either clock, in turns; `advance` is told after each call."""
    steps: dict[tuple[str, str], list[Step]] = {}
    for call in calls:
        for one in contestants:
            for clock, make in one.list_clocks().items():
                policy = policies.build_policy(one.system.policy)
                played = play_recording(call.name, call.audio, one.recogniser, policy, make())
                steps.setdefault((one.name, clock), []).extend(played)
            advance()
    return [_build_line(*key, calls, found, scoring) for key, found in steps.items()]


def _build_line(
    system: str, clock: str, calls: Sequence[Call], steps: Sequence[Step], scoring: ScoringConfig
) -> Line:
    references = [call.reference for call in calls]
    scores = score(references, EventLog(tuple(steps)), get_normaliser(scoring.normaliser))
    words = scores.words
    late = (words["committed"] - words["end"])[words["end"].notna()]
    p50, p95 = np.quantile(late, [0.5, 0.95], method="inverted_cdf")  # some may be infinite
    compute = sum(step.emitted - step.start for step in steps)
    return Line(system, clock, compute, float(p50), float(p95))
