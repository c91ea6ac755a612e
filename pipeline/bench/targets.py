"""The figures that the engine and the policies are held to, and why one is not reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.bench.comparison import COMPUTE_LIMIT, WER_LIMIT, Candidate, Choice, Versus
from pipeline.bench.figures import Figures, Work
from pipeline.bench.framework import Framework
from pipeline.bench.systems import CHUNKS_S
from streamwer.metrics import WordErrors

ENGINE_LIMIT = 1 / 8
ENGINE_WER_LIMIT = 0.005
LATENCY_LIMIT = 0.5
FRAMEWORK_LIMIT = 0.05


@dataclass(frozen=True)
class Target:
    """A figure and the most it may be; WERs as fractions.

    Attributes:
        value: None where it could not be taken.
        why: what the figure is made of: the note where the target is not reached.
    """

    figure: str
    value: float | None
    limit: float
    why: str

    @property
    def reached(self) -> bool:
        return self.value is not None and self.value <= self.limit

    @property
    def note(self) -> str:
        """One sentence, empty where the target is reached."""
        return "" if self.reached else self.why


def of_engines(figures: Figures, compared: dict[float, Versus]) -> Iterator[Target]:
    """LocalAgreement-2 with `direct` against `transcribe`, at every chunk."""
    for chunk_s, found in compared.items():
        at = _at(chunk_s, CHUNKS_S[0])
        yield Target(
            f"local_agreement_direct_over_transcribe{at}",
            found.compute.median,
            ENGINE_LIMIT,
            _where_it_goes(found.name, figures.work(found.name)),
        )
        figure = f"local_agreement_direct_wer_excess{at}"
        yield Target(figure, found.wer_excess, ENGINE_WER_LIMIT, _errors(found))


def of_policies(figures: Figures, choice: Choice) -> Iterator[Target]:
    """The best policy at every chunk against one offline pass, and against the peers' latency."""
    best = choice.best
    others = [each for chunk_s, each in choice.at_chunks.items() if chunk_s != best.chunk_s]
    for candidate in (best, *others):
        at, found = _at(candidate.chunk_s, best.chunk_s), candidate.over_offline
        yield Target(
            f"best_over_offline{at}",
            found.compute.median,
            COMPUTE_LIMIT,
            _where_it_goes(found.name, figures.work(found.name)),
        )
        yield Target(f"best_wer_excess{at}", found.wer_excess, WER_LIMIT, _errors(found))
        figure = f"best_p50_over_local_agreement{at}"
        yield Target(figure, candidate.p50_ratio, LATENCY_LIMIT, _delay(candidate))


def _at(chunk_s: float, usual: float) -> str:
    return "" if chunk_s == usual else f"_at_{chunk_s:g}s"


def of_framework(framework: Framework) -> Target:
    """The framework's own time."""
    shares = ", ".join(f"{name} {r.median:.1%}" for name, r in framework.by_policy.items())
    return Target("framework_share", framework.share, FRAMEWORK_LIMIT, f"By policy: {shares}.")


def _where_it_goes(name: str, work: Work) -> str:
    spent = sum(work.stages.values())
    parts = sorted(work.stages.items(), key=lambda part: -part[1])[:3]
    shares = ", ".join(f"{stage} {seconds / spent:.0%}" for stage, seconds in parts)
    heard = work.encoder_s / work.steps
    return (
        f"{name} spends its compute on {shares}: for each second of audio it makes"
        f" {work.steps:.2g} calls, encodes {heard:.1f} s in each and decodes"
        f" {work.tokens:.0f} tokens."
    )


def _errors(found: Versus) -> str:
    def counts(name: str, errors: WordErrors) -> str:
        return (
            f"{name} has {errors.substitutions} substitutions, {errors.deletions} deletions"
            f" and {errors.insertions} insertions"
        )

    one, other = counts(found.name, found.errors), counts(found.other, found.other_errors)
    return f"In {found.errors.words} words {one}; {other}."


def _delay(best: Candidate) -> str:
    if best.p50 is None or best.baseline_p50 is None:
        return "There are too few words for a median, or half of them never came."
    return (
        f"{best.policy} commits half of the words within {best.p50:.2f} s, LocalAgreement-2 within"
        f" {best.baseline_p50:.2f} s; a step every {best.chunk_s:g} s alone makes a word wait"
        f" {best.chunk_s / 2:g} s."
    )
