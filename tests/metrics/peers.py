"""The peers' formulas once more, written the way they print them: slow, plain, and not ours.

Transcribed from SimulEval 1.1.4 (`evaluator/scorers/latency_scorer.py`), in milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean


def compute_lagging(delays: Sequence[float], source: float, target: int) -> float:
    """`ALScorer.compute`; with the longer of both texts as `target`, `LAALScorer.compute`."""
    if delays[0] > source:
        return delays[0]
    total, gamma, tau = 0.0, target / source, 0
    for before, delay in enumerate(delays):
        total += delay - before / gamma
        tau = before + 1
        if delay >= source:
            break
    return total / tau


def token_delay(delays: Sequence[float], elapsed: Sequence[float] | None = None) -> float:
    """`ATDScorer.__call__` of a speech source and a text target."""
    compute = [0.0] * len(delays)
    if elapsed is not None:
        spent = [e - d for e, d in zip(elapsed, delays, strict=True)]
        compute = [a - b for a, b in zip(spent, [0, *spent[:-1]], strict=True)]
    unique = sorted(set(delays))
    source_sizes, target_sizes, chunk_of = [0], [0], [0]
    source_time, target_time = [0.0], [0.0]
    for chunk, (start, end) in enumerate(zip([0, *unique[:-1]], unique, strict=True), start=1):
        tokens, rest = divmod(end - start, 300)
        lengths = [300.0] * int(tokens) + [rest] * (rest != 0)
        source_sizes.append(len(lengths))
        for length in lengths:
            source_time.append(source_time[-1] + length)
        target_sizes.append(list(delays).count(end))
        chunk_of += [chunk] * target_sizes[-1]
    for delay, spent_here in zip(delays, compute, strict=True):
        target_time.append(max(delay, target_time[-1]) + spent_here)
    found = []
    for t in range(1, len(chunk_of)):
        chunk = chunk_of[t]
        s = t - max(0, sum(target_sizes[:chunk]) - sum(source_sizes[:chunk]))
        found.append(target_time[t] - source_time[min(s, sum(source_sizes[: chunk + 1]))])
    return mean(found)
