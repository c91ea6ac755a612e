"""How long the statistics of a large comparison take, and how much memory they need.

Usage: OPENBLAS_NUM_THREADS=1 python tools/time_statistics.py
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from streamwer.metrics import bootstrap, quantiles, significance
from streamwer.metrics.resampling import Settings

SYSTEMS, RECORDINGS, WORDS = 8, 2620, 20  # LibriSpeech test-clean, every recording a block
SETTINGS = Settings(replicates=10_000, seed=1, confidence=0.95)


def main() -> None:
    rng = np.random.default_rng(1)
    words = rng.integers(5, 2 * WORDS - 5, RECORDINGS)
    errors = rng.binomial(words, 0.06, (SYSTEMS, RECORDINGS)).astype(float)
    base, total = rng.binomial(words, 0.05).astype(float), words.astype(float)
    calls = np.repeat(np.arange(RECORDINGS), words)
    late = rng.gamma(4, 0.4, (2, len(calls)))
    measure("WER intervals", lambda: bootstrap.differences(errors, base, total, SETTINGS))
    measure("sign-flip p values", lambda: significance.sign_flip(errors - base, SETTINGS))
    measure("TOST", lambda: significance.equivalence(errors - base, total, 0.005))
    measure(
        "three latency quantiles of one system",
        lambda: quantiles.quantiles(late[0], calls, (0.5, 0.95, 0.99), SETTINGS),
    )
    measure(
        "shift function of two systems",
        lambda: quantiles.shift_function(late[0], late[1], calls, SETTINGS),
    )


def measure(what: str, work: Callable[[], object]) -> None:
    """Print processor seconds, which other programs do not add to, and the peak so far."""
    begin = time.process_time()
    work()
    spent = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{what}: {spent:.2f} s, peak {peak:.0f} MB\n")


if __name__ == "__main__":
    main()
