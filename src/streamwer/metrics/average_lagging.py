"""Average Lagging and its length-adaptive form: how far a transcript runs behind an even one.

As in SimulEval 1.1.4 and OmniSTEval 0.1.10, in seconds instead of milliseconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def average_lagging(delays: Sequence[float], source: float, words: int) -> float:
    """AL of one recording or segment, seconds.

    `(1/τ) Σ_{i ≤ τ} (d_i − (i − 1) · source / words)`, where τ is the first word that came at the
    end of the source or later, or the last one; `d_1`, if even the first came after the end.
    Ma et al. 2019 (STACL), for speech Ma et al. 2020 (SimulMT to SimulST).

    Args:
        delays: of each emitted word, in order: how much audio had been heard (ideal), or when it
            was emitted (computation-aware). Seconds from the source's start.
        source: length of the audio, seconds.
        words: in the reference.

    Returns:
        NaN where nothing was emitted, or the source or the reference is empty.
    """
    if not delays or source <= 0 or words <= 0:
        return math.nan
    if delays[0] > source:
        return delays[0]
    pace = source / words
    until = next((i for i, delay in enumerate(delays, 1) if delay >= source), len(delays))
    return sum(delay - i * pace for i, delay in enumerate(delays[:until])) / until


def length_adaptive(delays: Sequence[float], source: float, words: int) -> float:
    """LAAL: AL with the longer of hypothesis and reference as the even transcript.

    Saying too much gains nothing then. Papi et al. 2022; Polák et al. 2022.
    """
    return average_lagging(delays, source, max(words, len(delays)))
