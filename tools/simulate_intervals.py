"""How often the intervals hold the truth, and what they find: by simulation, in minutes.

For each design: coverage of nominal 95 % intervals, the share of comparisons of three alike
systems with one in which any difference is claimed, and the share that finds the difference.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, NamedTuple

import numpy as np

from streamwer.metrics import ratios
from streamwer.metrics.intervals import Floats, Interval, simultaneous
from streamwer.metrics.quantiles import Integers, Quantile, quantile_differences, quantiles

CONFIDENCE = 0.95
SYSTEMS = 3
"""Compared with one baseline, so that three intervals hold at once."""
ALONE = 0.06
"""Share of the words that either system alone has wrong."""
SPREAD = 0.02
"""Standard deviation of the difference in WER between speakers, where they differ normally."""

Effect = Literal["none", "normal", "skewed"]


@dataclass(frozen=True)
class Design:
    """Who speaks how much, and how speakers differ.

    Attributes:
        speakers: how many.
        words: of a speaker on average.
        uneven: spread of the logarithm of their words; 0 for all alike.
        effect: how the difference in WER, or the latency, varies between speakers.
    """

    speakers: int
    words: int = 400
    uneven: float = 0.0
    effect: Effect = "none"

    def __str__(self) -> str:
        return f"{self.speakers:>3} {'uneven' if self.uneven else 'equal':<6} {self.effect:<6}"


class Found(NamedTuple):
    """Of one simulated comparison: whether each interval held the truth, and was above 0."""

    held: bool
    shown: bool


def word_counts(design: Design, rng: np.random.Generator) -> Floats:
    """Draw how many words each speaker says."""
    shares = np.exp(rng.normal(0, design.uneven, design.speakers))
    return np.maximum(8, np.round(design.words * shares / shares.mean()))


def error_counts(
    design: Design, difference: float, words: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw the errors of a system and of the baseline, speaker by speaker."""
    effects: dict[Effect, Floats] = {
        "none": np.full(design.speakers, difference),
        "normal": rng.normal(difference, SPREAD, design.speakers),
        "skewed": difference * rng.exponential(1.0, design.speakers),
    }
    delta = effects[design.effect]
    hard = ALONE if design.effect == "none" else ALONE * rng.gamma(4, 0.25, design.speakers)
    shares = [np.clip(hard + np.maximum(each, 0), 0, 1) for each in (delta, -delta)]
    mine, other = (rng.binomial(words.astype(int), each).astype(float) for each in shares)
    return mine, other


def wer_difference(design: Design, difference: float, confidence: float, seed: int) -> Interval:
    """Simulate one comparison of two systems' WER."""
    rng = np.random.default_rng(seed)
    words = word_counts(design, rng)
    return ratios.difference(*error_counts(design, difference, words, rng), words, confidence)


def wer(design: Design, seed: int) -> Interval:
    """Simulate the WER of one system, whose truth is `ALONE`."""
    rng = np.random.default_rng(seed)
    words = word_counts(design, rng)
    return ratios.rate(error_counts(design, 0.0, words, rng)[1], words, CONFIDENCE)


_SHARES: dict[Effect, float] = {"none": 0.0, "normal": 0.1, "skewed": 0.3}
"""Share of the variance of latencies that is between speakers."""


def latencies(design: Design, later: float, seed: int) -> tuple[Floats, Floats, Integers]:
    """Draw the latencies of a system and of the baseline word by word, and whose word each is.

    The baseline's are log-normal plus a wait of up to half a second for a chunk; the system's are
    as late, `later` more, correlated with the baseline's word by word and speaker by speaker.
    """
    rng = np.random.default_rng(seed)
    speaker = np.repeat(np.arange(design.speakers), word_counts(design, rng).astype(int))
    share, count = _SHARES[design.effect], len(speaker)
    own = rng.normal(0, share**0.5, design.speakers)[speaker]
    common, *noise = rng.normal(0, 1, (3, count))

    def wait(other: Floats) -> Floats:
        spread = own + (1 - share) ** 0.5 * (0.8 * common + 0.6 * other)
        return 1.2 * np.exp(0.35 * spread) + rng.uniform(0, 0.5, count)

    return wait(noise[0]) + later, wait(noise[1]), speaker


def true_quantiles(qs: Sequence[float]) -> list[float]:
    """The baseline's latency quantiles, which no design changes, from four million words."""
    rng = np.random.default_rng(0)
    drawn = 1.2 * np.exp(0.35 * rng.normal(0, 1, 4_000_000)) + rng.uniform(0, 0.5, 4_000_000)
    return [float(each) for each in np.quantile(drawn, qs)]


def check(found: Interval | Quantile, truth: float) -> Found:
    """Hold an interval against the truth."""
    assert found.low is not None
    assert found.high is not None
    return Found(found.low <= truth <= found.high, found.low > 0)


def wer_row(design: Design, difference: float, runs: int) -> dict[str, float]:
    """Simulate comparisons of WER: coverage, family-wise error and power, in percent."""
    each = simultaneous(CONFIDENCE, SYSTEMS)
    plain = [
        check(wer_difference(design, difference, CONFIDENCE, s), difference) for s in range(runs)
    ]
    family = [
        [wer_difference(design, 0.0, each, SYSTEMS * s + k).shown for k in range(SYSTEMS)]
        for s in range(runs)
    ]
    found = [check(wer_difference(design, difference, each, s), difference) for s in range(runs)]
    return {
        "WER": percent(check(wer(design, s), ALONE).held for s in range(runs)),
        "ΔWER": percent(one.held for one in plain),
        "false": percent(any(one) for one in family),
        "found": percent(one.shown for one in found),
    }


def latency_row(design: Design, later: float, runs: int) -> dict[str, float]:
    """Simulate comparisons of latency quantiles, likewise."""
    qs = (0.5, 0.95)
    truth = true_quantiles(qs)
    alone, paired = [], []
    for seed in range(runs):
        mine, base, speaker = latencies(design, later, seed)
        alone.append(list(map(check, quantiles(base, speaker, qs, CONFIDENCE), truth)))
        differences = quantile_differences(mine, base, speaker, qs, CONFIDENCE)
        paired.append([check(one, later) for one in differences])
    return {
        "p50": percent(one[0].held for one in alone),
        "p95": percent(one[1].held for one in alone),
        "Δp50": percent(one[0].held for one in paired),
        "Δp95": percent(one[1].held for one in paired),
        "found": percent(one[0].shown for one in paired),
    }


def percent(held: Iterator[bool]) -> float:
    """The share that is true."""
    return 100 * float(np.mean(list(held)))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.simulate_intervals", description=__doc__)
    parser.add_argument("--runs", type=int, default=500, help="simulations of each design")
    parser.add_argument("--speakers", type=int, nargs="+", default=[5, 8, 12, 20, 36])
    args = parser.parse_args(argv)
    effects: tuple[Effect, ...] = ("none", "normal", "skewed")
    designs = [
        Design(n, uneven=u, effect=e) for n, u, e in product(args.speakers, (0, 0.7), effects)
    ]
    for unit, row, sizes in (
        ("points", wer_row, (0.0, 0.01, 0.02, 0.05)),
        ("s", latency_row, (0.0, 0.05, 0.2)),
    ):
        for design, size in product(designs, sizes):
            shown = 100 * size if unit == "points" else size
            figures = "  ".join(f"{k} {v:5.1f} %" for k, v in row(design, size, args.runs).items())
            print(f"{design} {shown:4g} {unit:<6}  {figures}", flush=True)


if __name__ == "__main__":
    main()
