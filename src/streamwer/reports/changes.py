"""From old scores to new ones: what changed in each system, with paired intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from streamwer.config.experiment import ScoringConfig
from streamwer.metrics.differences import Difference, wer_differences
from streamwer.metrics.stats.quantiles import Quantile, quantile_differences
from streamwer.metrics.store import Scored
from streamwer.metrics.summary import Summary, summarise, timed
from streamwer.metrics.tables import block_noun, clusters
from streamwer.provenance.signature import Figure, changes, reasons

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
        noun: what the intervals are over, speaker or recording.
    """

    system: str
    old: Summary
    new: Summary
    wer: Difference | None
    latency: Mapping[str, Quantile]
    reasons: Mapping[Figure, tuple[str, ...]]
    differs: tuple[str, ...]
    noun: str = "speaker"


def compared(
    old: Mapping[str, Scored], new: Mapping[str, Scored], scoring: ScoringConfig
) -> tuple[Change, ...]:
    """Compare every system that both have; the intervals of all of them hold at once."""
    names = [name for name in new if name in old]
    why = {name: _reasons(old[name], new[name]) for name in names}
    family = sum(not each["wer"] for each in why.values())
    return tuple(_change(name, old[name], new[name], why[name], family, scoring) for name in names)


def _reasons(old: Scored, new: Scored) -> dict[Figure, tuple[str, ...]]:
    return {
        "wer": reasons(old.signature, new.signature, "wer"),
        "latency": reasons(old.signature, new.signature, "latency"),
    }


def _change(
    name: str,
    old: Scored,
    new: Scored,
    why: Mapping[Figure, tuple[str, ...]],
    family: int,
    scoring: ScoringConfig,
) -> Change:
    both = {"old": old.scores, "new": new.scores}
    paired = {} if why["wer"] else wer_differences(both, "old", scoring, family)
    return Change(
        system=name,
        old=summarise(f"{name}, old", old.scores, None, scoring, {}),
        new=summarise(f"{name}, new", new.scores, None, scoring, {}),
        wer=paired.get("new"),
        latency={} if why["latency"] else _later(old, new, scoring),
        reasons=why,
        differs=changes(old.signature, new.signature),
        noun=block_noun(new.scores.recordings),
    )


def _later(old: Scored, new: Scored, scoring: ScoringConfig) -> dict[str, Quantile]:
    both = _words(old).merge(_words(new), on=["recording", "index"], suffixes=("_old", "_new"))
    if both.empty:
        return {}
    groups = clusters(both["recording"], new.scores.recordings)
    return {
        label: quantile_differences(
            both[f"{column}_new"].to_numpy(float),
            both[f"{column}_old"].to_numpy(float),
            groups,
            [q],
            scoring.confidence,
        )[0]
        for label, (column, q) in LATENCIES.items()
    }


def _words(scored: Scored) -> pd.DataFrame:
    words = timed(scored.scores.words)
    late = {name: words[name] - words["end"] for name in ("committed", "shown")}
    return pd.DataFrame({"recording": words["recording"], "index": words["index"], **late})
