"""What the issue is about: one engine over the other, and the best policy over one offline pass."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.bench import systems
from pipeline.bench.figures import Figures
from pipeline.bench.ratios import Ratio
from pipeline.bench.systems import CHUNKS_S, DIRECT, TRANSCRIBE, Entry
from streamwer.metrics import WordErrors
from streamwer.metrics.word_errors import plain_rate

COMPUTE_LIMIT = 2.5
"""Compute of the best policy over that of one offline pass."""
WER_LIMIT = 0.01
"""Its WER minus that of offline."""


@dataclass(frozen=True)
class Versus:
    """One system against another: compute, and word errors of both."""

    name: str
    other: str
    compute: Ratio
    errors: WordErrors
    other_errors: WordErrors

    @property
    def wer_excess(self) -> float:
        """How much higher its WER is, as a fraction."""
        return plain_rate(self.errors) - plain_rate(self.other_errors)


@dataclass(frozen=True)
class Candidate:
    """A policy at a chunk that may be the best.

    Attributes:
        over_offline: against one offline pass with `direct`.
        p50: median commit latency without compute, seconds.
        baseline_p50: that of LocalAgreement-2 with `transcribe` at the same chunk.
    """

    policy: str
    engine: str
    chunk_s: float
    over_offline: Versus
    p50: float | None
    baseline_p50: float | None

    @property
    def p50_ratio(self) -> float | None:
        """Its latency over the baseline's."""
        if self.p50 is None or not self.baseline_p50:
            return None
        return self.p50 / self.baseline_p50

    @property
    def excess(self) -> float:
        """The worse of compute and WER, as parts of their limits: above 1 one is not kept."""
        compute = self.over_offline.compute.median / COMPUTE_LIMIT
        return max(compute, self.over_offline.wer_excess / WER_LIMIT)


@dataclass(frozen=True)
class Choice:
    """The best policy, whether it keeps both limits, and the same policy at every chunk."""

    best: Candidate
    keeps_limits: bool
    at_chunks: Mapping[float, Candidate]


def versus(figures: Figures, name: str, other: str) -> Versus:
    """Compute on the shared calls, word errors on all calls."""
    return Versus(
        name,
        other,
        figures.compute_ratio(name, other),
        figures.errors(name, figures.calls),
        figures.errors(other, figures.calls),
    )


def engines(figures: Figures) -> dict[float, Versus]:
    """LocalAgreement-2 with `direct` against `transcribe`, by chunk."""
    return {
        chunk: versus(figures, systems.baseline(DIRECT, chunk), systems.baseline(TRANSCRIBE, chunk))
        for chunk in CHUNKS_S
    }


def candidates(figures: Figures, entries: Sequence[Entry]) -> list[Candidate]:
    """Every streaming system but the peers' baseline; one without a chunk stands at every chunk."""
    peers = {systems.baseline(TRANSCRIBE, chunk) for chunk in CHUNKS_S}
    offline = next(entry.name for entry in entries if entry.policy == systems.OFFLINE)
    return [
        _candidate(figures, entry, chunk_s, offline)
        for entry in entries
        for chunk_s in (CHUNKS_S if entry.chunk_s is None else (entry.chunk_s,))
        if entry.policy != systems.OFFLINE and entry.name not in peers
    ]


def choose(found: Sequence[Candidate]) -> Choice:
    """The lowest latency of those that keep both limits, else whichever misses them least."""
    keeping = [each for each in found if each.excess <= 1]
    best = min(keeping, key=_p50) if keeping else min(found, key=lambda each: each.excess)
    alike = [e for e in found if (e.policy, e.engine) == (best.policy, best.engine)]
    return Choice(best, bool(keeping), {each.chunk_s: each for each in alike})


def _candidate(figures: Figures, entry: Entry, chunk_s: float, offline: str) -> Candidate:
    peer = systems.baseline(TRANSCRIBE, chunk_s)
    return Candidate(
        policy=entry.policy,
        engine=entry.engine,
        chunk_s=chunk_s,
        over_offline=versus(figures, entry.name, offline),
        p50=figures.latency(entry.name, figures.calls).p50,
        baseline_p50=figures.latency(peer, figures.calls).p50,
    )


def _p50(candidate: Candidate) -> float:
    return math.inf if candidate.p50 is None else candidate.p50
