"""How often the intervals hold the truth, and what they find: by simulation, in minutes.

For each design: coverage of nominal 95 % intervals, the share of comparisons of three alike
systems with one in which any difference is claimed, and the share that finds the difference.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, NamedTuple

import numpy as np

from streamwer.metrics.stats import ratios
from streamwer.metrics.stats.intervals import Floats, Interval, adjust_confidence
from streamwer.metrics.stats.quantiles import (
    Integers,
    Quantile,
    compare_quantiles,
    estimate_quantiles,
)

CONFIDENCE = 0.95
SYSTEMS = 3
"""Compared with one baseline, so that three intervals hold at once."""
ALONE = 0.06
"""Share of the words that either system alone has wrong."""
SPREAD = 0.02
"""Standard deviation of the difference in WER between speakers, where they differ normally."""
_LEAST_HELD = 92.5
"""Below it, in percent, a coverage is rounded to less than the 93 % that are promised."""

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


def draw_word_counts(design: Design, rng: np.random.Generator) -> Floats:
    """Draw how many words each speaker says."""
    shares = np.exp(rng.normal(0, design.uneven, design.speakers))
    return np.maximum(8, np.round(design.words * shares / shares.mean()))


def draw_error_rates(design: Design, rng: np.random.Generator) -> Floats:
    """Draw the share of the words that a system has wrong, of each speaker."""
    if design.effect == "none":
        return np.full(design.speakers, ALONE)
    return ALONE * rng.gamma(4, 0.25, design.speakers)


def simulate_wer(design: Design, seed: int) -> Interval:
    """Simulate the WER of one system, whose truth is `ALONE`."""
    rng = np.random.default_rng(seed)
    words = draw_word_counts(design, rng)
    errors = rng.binomial(words.astype(int), draw_error_rates(design, rng)).astype(float)
    return ratios.estimate_rate(errors, words, CONFIDENCE)


def compare_wer(design: Design, difference: float, confidence: float, seed: int) -> Interval:
    """Simulate one comparison of two systems' WER."""
    rng = np.random.default_rng(seed)
    words, wrong = draw_word_counts(design, rng), draw_error_rates(design, rng)
    effects: dict[Effect, Floats] = {
        "none": np.full(design.speakers, difference),
        "normal": rng.normal(difference, SPREAD, design.speakers),
        "skewed": difference * rng.exponential(1.0, design.speakers),
    }
    delta = effects[design.effect]
    shares = [np.clip(wrong + np.maximum(each, 0), 0, 1) for each in (delta, -delta)]
    mine, base = (rng.binomial(words.astype(int), each).astype(float) for each in shares)
    return ratios.compare_rates(mine, base, words, confidence)


_SHARES: dict[Effect, float] = {"none": 0.0, "normal": 0.1, "skewed": 0.3}
"""Share of the variance of latencies that is between speakers."""


def draw_latencies(design: Design, seed: int) -> tuple[Floats, Floats, Integers]:
    """Draw the latencies of a system and of the baseline word by word, and whose word each is.

    They are log-normal plus a wait of up to half a second for a chunk, and those of the system
    correlate with the baseline's word by word and speaker by speaker.
    """
    rng = np.random.default_rng(seed)
    speaker = np.repeat(np.arange(design.speakers), draw_word_counts(design, rng).astype(int))
    share, count = _SHARES[design.effect], len(speaker)
    own = rng.normal(0, share**0.5, design.speakers)[speaker]
    common, *noise = rng.normal(0, 1, (3, count))

    def wait(other: Floats) -> Floats:
        spread = own + (1 - share) ** 0.5 * (0.8 * common + 0.6 * other)
        return 1.2 * np.exp(0.35 * spread) + rng.uniform(0, 0.5, count)

    return wait(noise[0]), wait(noise[1]), speaker


def estimate_true_quantiles(qs: Sequence[float]) -> list[float]:
    """The baseline's latency quantiles, which no design changes, from four million words."""
    rng = np.random.default_rng(0)
    drawn = 1.2 * np.exp(0.35 * rng.normal(0, 1, 4_000_000)) + rng.uniform(0, 0.5, 4_000_000)
    return [float(each) for each in np.quantile(drawn, qs)]


def check(found: Interval | Quantile, truth: float) -> Found:
    """Hold an interval against the truth."""
    assert found.low is not None
    assert found.high is not None
    return Found(found.low <= truth <= found.high, found.low > 0)


def check_wer(design: Design, differences: Sequence[float], runs: int) -> dict[str, float]:
    """Simulate comparisons of WER: coverage, family-wise error and power, in percent."""
    each, seeds = adjust_confidence(CONFIDENCE, SYSTEMS), range(runs)
    row = {
        "WER": to_percent(check(simulate_wer(design, s), ALONE).held for s in seeds),
        "false": to_percent(
            any(
                compare_wer(design, 0.0, each, SYSTEMS * s + k).excludes_zero
                for k in range(SYSTEMS)
            )
            for s in seeds
        ),
    }
    for size in differences:
        alone = [check(compare_wer(design, size, CONFIDENCE, s), size) for s in seeds]
        family = [check(compare_wer(design, size, each, s), size) for s in seeds]
        row |= {
            f"Δ{100 * size:g}": to_percent(one.held for one in alone),
            f"found {100 * size:g}": to_percent(one.shown for one in family),
        }
    return row


def check_latency(design: Design, delays: Sequence[float], runs: int) -> dict[str, float]:
    """Simulate comparisons of latency quantiles, likewise."""
    qs = (0.5, 0.95)
    truth = estimate_true_quantiles(qs)
    alone, paired = [], []
    for seed in range(runs):
        mine, base, speaker = draw_latencies(design, seed)
        alone.append(list(map(check, estimate_quantiles(base, speaker, qs, CONFIDENCE), truth)))
        found = [compare_quantiles(mine + d, base, speaker, qs, CONFIDENCE) for d in delays]
        paired.append(
            [[check(one, d) for one in each] for each, d in zip(found, delays, strict=True)]
        )
    row = {f"p{100 * q:g}": to_percent(one[i].held for one in alone) for i, q in enumerate(qs)}
    row |= {
        f"Δp{100 * q:g}": to_percent(one[0][i].held for one in paired) for i, q in enumerate(qs)
    }
    sizes = enumerate(delays)
    return row | {f"found {d:g}": to_percent(one[i][0].shown for one in paired) for i, d in sizes}


def to_percent(held: Iterator[bool]) -> float:
    """The share that is true."""
    return 100 * float(np.mean(list(held)))


_COVERAGE = {
    "WER": ["WER"],
    "ΔWER of 0, 1, 2 points": ["Δ0", "Δ1", "Δ2"],
    "ΔWER of 5 points": ["Δ5"],
    "latency p50": ["p50"],
    "latency p95": ["p95"],
    "Δp50": ["Δp50"],
    "Δp95": ["Δp95"],
}
"""Rows of the table of coverage, and the figures that each covers."""
_FOUND = ["found 2", "found 5", "found 0.05", "found 0.2"]


def summarize(printed: str) -> Iterator[str]:
    """Summarize printed figures as the lines of the two Markdown tables of docs/statistics.md."""
    designs = _read_designs(printed)
    yield "| held the truth, % | no speaker effect | normal | strong |"
    yield "|:--|--:|--:|--:|"
    for label, keys in _COVERAGE.items():
        cells = []
        for effect, words in product(("none", "normal", "skewed"), ("equal", "uneven")):
            alike = [row for design, row in designs.items() if design[1:] == (words, effect)]
            cells.append(_format_range([row[key] for row in alike for key in keys]))
        pairs = (" · ".join(cells[i : i + 2]) for i in (0, 2, 4))
        yield f"| {label}, equal · uneven | {' | '.join(pairs)} |"
    yield "| speakers (equal, normal) | false claim | 2 points | 5 points | 50 ms | 200 ms |"
    yield "|--:|--:|--:|--:|--:|--:|"
    for design, row in designs.items():
        if design[1:] == ("equal", "normal"):
            found = (f"{row[key]:.0f} %" for key in ("false", *_FOUND))
            yield f"| {design[0]} | {' | '.join(found)} |"


def _read_designs(printed: str) -> dict[tuple[str, ...], dict[str, float]]:
    """Read the printed figures, in percent, by design: speakers, words, effect."""
    designs: dict[tuple[str, ...], dict[str, float]] = {}
    for line in printed.splitlines():
        design = tuple(line.split()[:3])
        if design and design[0].isdigit():
            found = re.findall(r"  (\S+(?: [\d.]+)?) +([\d.]+) %", line)
            row = designs.setdefault(design, {})
            row |= {key: float(value) for key, value in found}
    return designs


def _format_range(values: Sequence[float]) -> str:
    """Format the least and the most, the least in bold where nominal 95 % is below 93 %."""
    least, most = (f"{each:.0f}" for each in (min(values), max(values)))
    bold = f"**{least}**" if min(values) < _LEAST_HELD else least
    return f"{bold}–{most}"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.simulate_intervals", description=__doc__)
    parser.add_argument("--runs", type=int, default=500, help="simulations of each design")
    parser.add_argument("--speakers", type=int, nargs="+", default=[5, 8, 12, 20, 36])
    args = parser.parse_args(argv)
    effects: tuple[Effect, ...] = ("none", "normal", "skewed")
    designs = [
        Design(n, uneven=u, effect=e) for n, u, e in product(args.speakers, (0, 0.7), effects)
    ]
    for title, row, sizes in (
        ("WER, differences in points", check_wer, (0.0, 0.01, 0.02, 0.05)),
        ("latency, differences in seconds", check_latency, (0.0, 0.05, 0.2)),
    ):
        print(title)
        for design in designs:
            figures = (f"{k} {v:5.1f} %" for k, v in row(design, sizes, args.runs).items())
            print(design, *figures, sep="  ", flush=True)


if __name__ == "__main__":
    main()
