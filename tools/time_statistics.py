"""How long the statistics of a large comparison take, and how much memory they need.

Processor seconds, to be taken with OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse

import numpy as np

from streamwer.metrics.stats import quantiles, ratios
from tools.measuring import measure

SYSTEMS, RECORDINGS, WORDS = 8, 2620, 20  # LibriSpeech test-clean, every recording a block
CONFIDENCE = 0.95


def main() -> None:
    argparse.ArgumentParser(
        prog="python -m tools.time_statistics", description=__doc__
    ).parse_args()
    rng = np.random.default_rng(1)
    words = rng.integers(5, 2 * WORDS - 5, RECORDINGS)
    errors = rng.binomial(words, 0.06, (SYSTEMS, RECORDINGS)).astype(float)
    base, total = rng.binomial(words, 0.05).astype(float), words.astype(float)
    calls = np.repeat(np.arange(RECORDINGS), words)
    late = rng.gamma(4, 0.4, (2, len(calls)))
    measure(
        "WER intervals",
        lambda: [ratios.compare_rates(each, base, total, CONFIDENCE) for each in errors],
    )
    measure(
        "three latency quantiles of one system",
        lambda: quantiles.estimate_quantiles(late[0], calls, (0.5, 0.95, 0.99), CONFIDENCE),
    )
    measure(
        "shift function of two systems",
        lambda: quantiles.estimate_shift_function(late[0], late[1], calls, CONFIDENCE),
    )


if __name__ == "__main__":
    main()
