"""From old scores to new ones: what changed in each system, with paired intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from streamwer.config import ScoringConfig
from streamwer.metrics import Difference, Quantile, Summary, significance, summarise
from streamwer.metrics.differences import settings_of, wer_differences
from streamwer.metrics.quantiles import quantile_differences
from streamwer.metrics.store import Scored
from streamwer.metrics.summary import timed
from streamwer.metrics.tables import clusters
from streamwer.signature import Figure, changes, reasons

LATENCIES = {
    "Commit p50": ("committed", 0.5),
    "Commit p95": ("committed", 0.95),
    "First shown p50": ("shown", 0.5),
}
"""Label → column of the words table, and the quantile of its distance to the word's end."""


@dataclass(frozen=True)
class Change:
    """One system, old and new.

    Attributes:
        system: its name.
        old: its old figures; their name says so.
        new: its new figures.
        wer: new WER minus old, on the same recordings; None where they are not comparable.
        latency: new quantile minus old by label, on the same words; empty where they are not
            comparable.
        reasons: by figure, why they are not comparable.
        differs: in what the system itself differs: what the comparison is about.
    """

    system: str
    old: Summary
    new: Summary
    wer: Difference | None
    latency: Mapping[str, Quantile]
    reasons: Mapping[Figure, tuple[str, ...]]
    differs: tuple[str, ...]


def compared(
    old: Mapping[str, Scored], new: Mapping[str, Scored], scoring: ScoringConfig
) -> tuple[Change, ...]:
    """Every system that both have; their p values are adjusted as one family (Holm)."""
    found = [_change(name, old[name], new[name], scoring) for name in new if name in old]
    tested = [change.wer for change in found if change.wer]
    adjusted = iter(significance.holm(np.array([each.p for each in tested])))
    return tuple(
        replace(change, wer=replace(change.wer, p_holm=float(next(adjusted))))
        if change.wer
        else change
        for change in found
    )


def _change(name: str, old: Scored, new: Scored, scoring: ScoringConfig) -> Change:
    why: dict[Figure, tuple[str, ...]] = {
        "wer": reasons(old.signature, new.signature, "wer"),
        "latency": reasons(old.signature, new.signature, "latency"),
    }
    both = {"old": old.scores, "new": new.scores}
    paired = {} if why["wer"] else wer_differences(both, "old", scoring)
    return Change(
        system=name,
        old=summarise(f"{name}, old", old.scores, None, scoring, {}),
        new=summarise(f"{name}, new", new.scores, None, scoring, {}),
        wer=paired.get("new"),
        latency={} if why["latency"] else _later(old, new, scoring),
        reasons=why,
        differs=changes(old.signature, new.signature),
    )


def _later(old: Scored, new: Scored, scoring: ScoringConfig) -> dict[str, Quantile]:
    both = _words(old).merge(_words(new), on=["recording", "index"], suffixes=("_old", "_new"))
    if both.empty:
        return {}
    groups = clusters(both["recording"], new.scores.recordings)
    settings = settings_of(scoring)
    return {
        label: quantile_differences(
            both[f"{column}_new"].to_numpy(float),
            both[f"{column}_old"].to_numpy(float),
            groups,
            [q],
            settings,
        )[0]
        for label, (column, q) in LATENCIES.items()
    }


def _words(scored: Scored) -> pd.DataFrame:
    words = timed(scored.scores.words)
    late = {name: words[name] - words["end"] for name in ("committed", "shown")}
    return pd.DataFrame({"recording": words["recording"], "index": words["index"], **late})
