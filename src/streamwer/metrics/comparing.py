"""What is compared with what: only results whose signatures agree in what matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from streamwer.config import ScoringConfig
from streamwer.metrics.differences import Difference, wer_differences
from streamwer.metrics.store import Scored
from streamwer.signature import Figure, Signature, reasons

Reasons = Mapping[Figure, tuple[str, ...]]
"""By figure, why a result is not comparable with the baseline; empty where it is."""


def incomparable(signatures: Mapping[str, Signature], baseline: str) -> dict[str, Reasons]:
    """By system; against the first system where the baseline is not among them."""
    if not signatures:
        return {}
    other = signatures.get(baseline, next(iter(signatures.values())))
    return {
        name: {figure: reasons(mine, other, figure) for figure in ("wer", "latency")}
        for name, mine in signatures.items()
    }


def comparable_differences(
    systems: Mapping[str, Scored], baseline: str, scoring: ScoringConfig
) -> dict[str, Difference]:
    """The WER differences to the baseline of the systems that are comparable with it, by name.

    Raises:
        ConfigError: as `wer_differences`.
    """
    found = incomparable({name: each.signature for name, each in systems.items()}, baseline)
    kept = {name: each for name, each in systems.items() if not found[name]["wer"]}
    if baseline not in kept:
        return {}
    used = kept[baseline].signature.method.normaliser.partition("@")[0]
    tables = {name: each.scores for name, each in kept.items()}
    return wer_differences(tables, baseline, replace(scoring, normaliser=used))
