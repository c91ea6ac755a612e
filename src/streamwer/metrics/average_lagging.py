"""Average Lagging and its forms: how far a transcript runs behind an even one.

As in SimulEval 1.1.4 and OmniSTEval 0.1.10, in seconds instead of milliseconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from streamwer.metrics.registry import Display, WordDelays, simulst_metric

_SECTION = "For comparison with papers (means, without word times)"


def average_lagging(delays: Sequence[float], source: float, words: int) -> float:
    """Compute AL of one recording or segment, in seconds.

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


@simulst_metric(
    "laal",
    source="Papi et al. 2022; Polák et al. 2022",
    shown=Display(
        _SECTION, 60, "LAAL", "length-adaptive average lagging, without compute and with it"
    ),
)
def compute_laal(words: WordDelays) -> float:
    """Compute LAAL: AL with the longer of hypothesis and reference as the even transcript.

    Saying too much gains nothing then. Papi et al. 2022; Polák et al. 2022.
    """
    return average_lagging(words.delays, words.source, max(words.words, len(words.delays)))


@simulst_metric(
    "al", source="Ma et al. 2019; for speech, Ma et al. 2020", shown=Display(place=62, label="AL")
)
def compute_al(words: WordDelays) -> float:
    """Compute AL."""
    return average_lagging(words.delays, words.source, words.words)


simulst_metric(
    "stream_laal",
    source="Papi et al. 2024 (StreamAtt)",
    shown=Display(
        _SECTION, 61, "StreamLAAL", "the same of each segment, without compute and with it"
    ),
    by_segment=True,
)(compute_laal)
