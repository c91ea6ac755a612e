"""How often the gate fails a change that changes nothing, and what it finds: by simulation.

Both sides speak the same calls; words err, wait, flicker and cost at random, independently of the
other side's, and speakers differ. The real gate judges them by the rules of `conf/gate`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from streamwer.analysis.gate.judgement import judge
from streamwer.analysis.gate.rules import read_gate
from streamwer.config.gate import GateConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.tables import Scores, score
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters

CONFIDENCE = 0.95
SECONDS = 0.4
"""From one word to the next."""
WRONG, GUESSED = 0.03, 0.1
"""Shares of the words that are committed wrong, and that are first shown wrong."""
_SPEAKER_SPREAD = 0.3
"""Standard deviation between speakers of the logarithm of their error rate and of their delay."""


@dataclass(frozen=True)
class Change:
    """What the candidate does to every word, beside chance.

    Attributes:
        wrong: share of the words that it has wrong beside `WRONG`.
        later: seconds.
    """

    wrong: float = 0.0
    later: float = 0.0


def build_references(calls: int, words: int) -> list[Reference]:
    """Build calls of one speaker each, a word every `SECONDS`."""
    ends = SECONDS * np.arange(1, words + 1)
    spoken = tuple(Word(f"w{i}", end - SECONDS, end) for i, end in enumerate(ends))
    text, seconds = " ".join(word.text for word in spoken), SECONDS * words + 2
    return [
        Reference(f"call{i:02d}", "", seconds, text, speaker=f"s{i:02d}", words=spoken)
        for i in range(calls)
    ]


def simulate_run(
    references: Sequence[Reference], speakers: Sequence[float], change: Change, seed: int
) -> Scores:
    """Simulate and score one run.

    Args:
        references: the calls.
        speakers: of each call, how many times harder its speaker is than the median one.
        change: what the system does beside chance.
        seed: of the chance.
    """
    rng = np.random.default_rng(seed)
    steps = [
        step
        for reference, hard in zip(references, speakers, strict=True)
        for step in _simulate_call(reference, hard, change, rng)
    ]
    return score(references, EventLog(tuple(steps)), get_normaliser("basic"))


def _simulate_call(
    reference: Reference, hard: float, change: Change, rng: np.random.Generator
) -> Iterator[Step]:
    """Show each word once, at times as a wrong guess, and commit it two steps later."""
    count, free = len(reference.words), 0.0
    wrong = rng.random(count) < min(1.0, WRONG * hard + change.wrong)
    final = [_hear(word, bad) for word, bad in zip(reference.words, wrong, strict=True)]
    for at in range(count + 2):
        ready = SECONDS * (at + 1) + hard * float(rng.uniform(0.1, 0.4))
        compute = 0.05 * float(np.exp(rng.normal(0, 0.3)))
        start = max(ready, free)
        free = start + compute
        guess = [_hear(word, rng.random() < GUESSED) for word in final[at : at + 1]]
        yield Step(
            recording=reference.recording,
            step=at,
            audio_end=ready,
            ready=ready,
            start=start,
            emitted=free + change.later,
            compute=StageTimes(decode=compute),
            effort=WorkCounters(),
            update=Update(tuple(final[max(0, at - 2) : max(0, at - 1)]), tuple(guess)),
            is_last=at == count + 1,
        )


def _hear(word: Word, bad: bool) -> Word:
    return Word("other" if bad else word.text, word.start, word.end)


@cache  # every kind of change has the same baselines
def _simulate_side(calls: int, words: int, whose: int, change: Change, seed: int) -> Scores:
    """Simulate one run of calls by speakers that are drawn with the seed `whose`."""
    speakers = np.exp(np.random.default_rng(whose).normal(0, _SPEAKER_SPREAD, calls))
    return simulate_run(build_references(calls, words), speakers.tolist(), change, seed)


def measure_failures(
    gate: GateConfig, change: Change, calls: int, words: int, runs: int
) -> dict[str, float]:
    """Simulate changes, and return the share of them that each rule fails, and that any does.

    Args:
        gate: the rules.
        change: what the candidate does to every word.
        calls: of one speaker each.
        words: of each call.
        runs: how many changes.
    """
    failed = dict.fromkeys(("any rule", *gate.rules), 0)
    for seed in range(runs):
        old = _simulate_side(calls, words, seed, Change(), 2 * seed)
        new = _simulate_side(calls, words, seed, change, 2 * seed + 1)
        verdict = judge("simulated", [old], [new], gate, CONFIDENCE, get_normaliser("basic"))
        names = [each.metric for each in verdict.findings if each.status == "regressed"]
        for name in (*names, *(["any rule"] if names else [])):
            failed[name] += 1
    return {name: count / runs for name, count in failed.items()}


CHANGES = {
    "nothing": Change(),
    "+1 point of WER": Change(wrong=0.01),
    "+2 points of WER": Change(wrong=0.02),
    "+100 ms": Change(later=0.1),
    "+200 ms": Change(later=0.2),
}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.simulate_gate", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="simulated changes of each kind")
    parser.add_argument("--calls", type=int, nargs="+", default=[12, 24, 36])
    parser.add_argument("--words", type=int, default=60, help="of each call")
    parser.add_argument("--gate", default="deterministic", help="rules of conf/gate")
    args = parser.parse_args(argv)
    gate = read_gate(args.gate)
    for calls in args.calls:
        for name, change in CHANGES.items():
            found = measure_failures(gate, change, calls, args.words, args.runs)
            figures = (f"{rule} {100 * share:.0f} %" for rule, share in found.items() if share)
            print(f"{calls:>3} calls  {name:<16}", *figures, sep="  ", flush=True)


if __name__ == "__main__":
    main()
