"""The figures of each system of a session: compute, word errors, latencies."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from pipeline.bench.playing import Session
from pipeline.bench.ratios import Ratio, ratio, spread
from pipeline.bench.systems import Entry
from streamwer.config import ScoringConfig
from streamwer.eventlog import EventLog
from streamwer.metrics import Summary, WordErrors, normaliser, score, summarise
from streamwer.metrics.word_errors import plain_rate
from streamwer.recognisers.log_mel import FRAMES_PER_SECOND
from streamwer.transcript import Compute, Effort, Step


@dataclass(frozen=True)
class Latency:
    """Commit latency in seconds; None where there are too few words, or too many never came."""

    p50: float | None
    p95: float | None


@dataclass(frozen=True)
class Work:
    """What a system asked of its recogniser, per second of audio.

    Attributes:
        stages: seconds of compute by stage.
        steps: calls.
        encoder_s: seconds of audio that the encoder heard, padding included.
        tokens: decoded tokens.
    """

    stages: dict[str, float]
    steps: float
    encoder_s: float
    tokens: float


class Figures:
    """Figures of a session's systems, each by its name and for the calls that are asked for.

    Args:
        session: what was played.
        scoring: how words are compared.
    """

    def __init__(self, session: Session, scoring: ScoringConfig) -> None:
        self._session = session
        self._scoring = scoring
        self._summaries: dict[tuple[str, tuple[str, ...], str], Summary] = {}

    @property
    def shared(self) -> tuple[str, ...]:
        """The calls that every system played in every repeat."""
        return self._session.shared

    @property
    def calls(self) -> tuple[str, ...]:
        """All calls: every system played them in the first repeat."""
        return tuple(self._session.calls)

    def compute(self, name: str) -> Ratio:
        """Seconds of compute per second of audio, on the shared calls."""
        return spread([spent / self.seconds(self.shared) for spent in self._spent(name)])

    def compute_ratio(self, name: str, other: str) -> Ratio:
        """Compute of one system over that of another, on the shared calls."""
        return ratio(self._spent(name), self._spent(other))

    def framework_share(self, name: str) -> Ratio:
        """Time outside the recogniser's calls over time in them, on the shared calls."""
        return spread(
            [
                sum(played[name][call].own_s for call in self.shared)
                / sum(played[name][call].recogniser_s for call in self.shared)
                for played in self._session.rounds
            ]
        )

    def errors(self, name: str, calls: Iterable[str]) -> WordErrors:
        """Pooled word errors."""
        return self._summary(name, tuple(calls), "unaware").errors

    def wer(self, name: str, calls: Iterable[str]) -> float:
        """Pooled word error rate, as a fraction."""
        return plain_rate(self.errors(name, calls))

    def latency(self, name: str, calls: Iterable[str], clock: str = "unaware") -> Latency:
        """Commit latency of the calls' words."""
        percentiles = self._summary(name, tuple(calls), clock).commit_latency
        return Latency(*(_finite(percentiles[key].value) for key in ("p50", "p95")))

    def work(self, name: str) -> Work:
        """What the system asked of its recogniser on all calls, in the first repeat."""
        steps = self._steps(name, self.calls, "unaware")
        seconds = self.seconds(self.calls)
        compute = sum((step.compute for step in steps), Compute())
        effort = sum((step.effort for step in steps), Effort())
        return Work(
            stages={f.name: getattr(compute, f.name) / seconds for f in fields(compute)},
            steps=sum(step.effort.encoder_frames > 0 for step in steps) / seconds,
            encoder_s=effort.encoder_frames / FRAMES_PER_SECOND / seconds,
            tokens=effort.decoded_tokens / seconds,
        )

    def seconds(self, calls: Iterable[str]) -> float:
        """Length of the calls."""
        return sum(self._session.calls[call].reference.seconds for call in calls)

    def _spent(self, name: str) -> list[float]:
        """Seconds of compute on the shared calls in each repeat."""
        rounds = self._session.rounds
        return [sum(played[name][call].compute_s for call in self.shared) for played in rounds]

    def _steps(self, name: str, calls: Sequence[str], clock: str) -> list[Step]:
        if clock == "measured":
            return [step for call in calls for step in self._session.measured[name][call]]
        first = self._session.rounds[0][name]
        return [step for call in calls for step in first[call].steps]

    def _summary(self, name: str, calls: tuple[str, ...], clock: str) -> Summary:
        key = (name, calls, clock)
        if key not in self._summaries:
            self._summaries[key] = self._scored(*key)
        return self._summaries[key]

    def _scored(self, name: str, calls: Sequence[str], clock: str) -> Summary:
        references = [self._session.calls[call].reference for call in calls]
        log = EventLog(tuple(self._steps(name, calls, clock)))
        scores = score(references, log, normaliser(self._scoring.normaliser))
        return summarise(name, scores, None, self._scoring, {})


@dataclass(frozen=True)
class Row:
    """One system's line of the table.

    Attributes:
        compute: per second of audio, on the shared calls.
        wer: on all calls.
        unaware: commit latency without compute, on all calls.
        measured: with compute and queueing.
        framework_share: time outside the recogniser's calls over time in them.
    """

    name: str
    policy: str
    engine: str
    chunk_s: float | None
    compute: Ratio
    wer: float
    unaware: Latency
    measured: Latency
    work: Work
    framework_share: Ratio


def row(figures: Figures, entry: Entry) -> Row:
    """All figures of one system."""
    name, calls = entry.name, figures.calls
    return Row(
        name=name,
        policy=entry.policy,
        engine=entry.engine,
        chunk_s=entry.chunk_s,
        compute=figures.compute(name),
        wer=figures.wer(name, calls),
        unaware=figures.latency(name, calls),
        measured=figures.latency(name, calls, "measured"),
        work=figures.work(name),
        framework_share=figures.framework_share(name),
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
