"""The best policy of one model, what it is held to, and why a figure is not reached."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from lab.bench.figures import Figures, find_quantile, list_lost, subtract_rates
from lab.bench.systems import LOCAL_AGREEMENT, OFFLINE, ONE_PASS, PEER, POLICIES, PROMPTED_BUFFER
from streamwer.metrics.word_errors import WordErrors

AT_MOST: Mapping[str, float] = {
    "wer_minus_offline": 1.0,
    "bank_calls_wer_minus_offline": 1.0,
    "p50_s": 1.2,
    "p95_s": 2.2,
    "compute_over_whisper_streaming": 1 / 4,
    "compute_over_offline": 6.0,
    "inserted_in_pauses": 0,
    "lost_last_words": 0,
    "prompted_buffer_minus_offline": 3.0,
    "local_agreement_minus_whisper_streaming": 0.5,
}
"""Word error rates in points, latencies in seconds."""
BANK_CALLS = "bank_calls"


@dataclass(frozen=True)
class Figure:
    """One figure that is held to a limit.

    Attributes:
        value: None where too many words never came.
        why: what it is made of: the reason where the limit is missed.
    """

    name: str
    value: float | None
    why: str

    @property
    def is_reached(self) -> bool:
        """Tell whether the limit is kept."""
        return self.value is not None and self.value <= AT_MOST[self.name]

    @property
    def excess(self) -> float:
        """The value over its limit; of a count that must be 0, the count itself."""
        if self.value is None:
            return math.inf
        return self.value / (AT_MOST[self.name] or 1.0)

    @property
    def reason(self) -> str:
        """One sentence on why the limit is missed."""
        value = "unknown" if self.value is None else f"{self.value:.3g}"
        return f"{self.name}: {value}, at most {AT_MOST[self.name]:g}. {self.why}"


class Comparison:
    """All systems of one model on the same recordings.

    Args:
        systems: their figures, by name.
    """

    def __init__(self, systems: Mapping[str, Figures]) -> None:
        self.systems = systems
        self._offline = systems[OFFLINE]
        self.of_policies = {name: self._list_figures(name) for name in POLICIES}

    @property
    def best(self) -> str:
        """The policy that misses the fewest limits; of several, the one nearest to them."""
        return min(POLICIES, key=self._rank)

    @property
    def figures(self) -> list[Figure]:
        """The figures that a model is held to: those of its best policy, and two of others."""
        others = [(PROMPTED_BUFFER, OFFLINE), (LOCAL_AGREEMENT, PEER)]
        compared = [self._subtract(f"{a}_minus_{b}", a, b) for a, b in others]
        return [*self.of_policies[self.best], *compared]

    def compute_wer_increase(self, name: str) -> dict[str, float]:
        """Points of WER above offline's, by data set."""
        system, offline = self._select_shared(name, OFFLINE)
        return {
            data_set: subtract_rates(outcome.errors, offline.outcomes[data_set].errors)
            for data_set, outcome in system.outcomes.items()
        }

    def list_lost_words(self, name: str) -> list[str]:
        """The recordings whose last word a system lost although offline has it."""
        return list_lost(self.systems[name], self._offline)

    def _select_shared(self, name: str, other: str) -> tuple[Figures, Figures]:
        """Two systems on the recordings that both have played."""
        one, two = self.systems[name], self.systems[other]
        return one.share(two), two.share(one)

    def _rank(self, name: str) -> tuple[int, float]:
        figures = self.of_policies[name]
        missed = sum(not each.is_reached for each in figures)
        return missed, max(each.excess for each in figures)

    def _list_figures(self, name: str) -> list[Figure]:
        system = self.systems[name]
        invented, lost = system.in_pauses, self.list_lost_words(name)
        return [
            self._subtract("wer_minus_offline", name, OFFLINE),
            *self._list_bank_calls(name),
            Figure("p50_s", system.find_latency(0.5), self._explain_latency(name)),
            Figure("p95_s", system.find_latency(0.95), self._explain_latency(name)),
            self._divide("compute_over_whisper_streaming", name, PEER),
            self._divide("compute_over_offline", name, ONE_PASS),
            Figure("inserted_in_pauses", len(invented), "; ".join(invented)),
            Figure("lost_last_words", len(lost), "; ".join(lost)),
        ]

    def _list_bank_calls(self, name: str) -> list[Figure]:
        if BANK_CALLS not in self._offline.outcomes:
            return []
        pair = self._select_shared(name, OFFLINE)
        errors, offline = (each.outcomes[BANK_CALLS].errors for each in pair)
        why = f"{_count(name, errors)}; {_count(OFFLINE, offline)}."
        figure = "bank_calls_wer_minus_offline"
        return [Figure(figure, subtract_rates(errors, offline), why)]

    def _subtract(self, figure: str, name: str, other: str) -> Figure:
        one, two = (each.errors for each in self._select_shared(name, other))
        return Figure(
            figure, subtract_rates(one, two), f"{_count(name, one)}; {_count(other, two)}."
        )

    def _divide(self, figure: str, name: str, other: str) -> Figure:
        one, two = self._select_shared(name, other)
        return Figure(figure, one.recogniser_s / two.recogniser_s, self._explain_compute(name))

    def _explain_compute(self, name: str) -> str:
        work = self.systems[name].work()
        spent = sum(work.stages.values()) or 1.0
        parts = sorted(work.stages.items(), key=lambda part: -part[1])[:3]
        shares = ", ".join(f"{stage} {seconds / spent:.0%}" for stage, seconds in parts)
        return (
            f"{name} spends its compute on {shares}; for each second of audio it decodes"
            f" {work.decodings:.2g} windows, encodes {work.encoder_s:.3g} s"
            f" and decodes {work.tokens:.3g} tokens."
        )

    def _explain_latency(self, name: str) -> str:
        late = self.systems[name].late
        never = sum(math.isinf(each) for each in late)
        medians = ", ".join(
            f"{data_set} {_format(find_quantile(outcome.late, 0.5))}"
            for data_set, outcome in self.systems[name].outcomes.items()
        )
        return f"{never} of {len(late)} words never came; medians: {medians}."


def _format(seconds: float | None) -> str:
    return "unknown" if seconds is None else f"{seconds:.2f} s"


def _count(name: str, errors: WordErrors) -> str:
    return (
        f"{name} has {errors.substitutions} substitutions, {errors.deletions} deletions and"
        f" {errors.insertions} insertions in {errors.words} words"
    )
