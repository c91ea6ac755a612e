"""What changed between an old and a new run of the same systems, with paired intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamwer.config.scoring import ScoringConfig
from streamwer.metrics.comparison import compare_latencies
from streamwer.metrics.differences import Difference, compare_wer
from streamwer.metrics.latency import select_timed_words
from streamwer.metrics.store import SignedScores
from streamwer.metrics.summary import Percentiles, Summary, summarise
from streamwer.metrics.tables import name_block_unit
from streamwer.provenance.signature import Figure, find_incomparable_fields, find_subject_changes


@dataclass(frozen=True)
class SystemChange:
    """One system, old and new.

    Attributes:
        wer: new WER minus old, on the same recordings; None where they are not comparable.
        latency: by name, new percentiles minus old on the same words; empty where they are not
            comparable, or no word has a time.
        reasons: by figure, why they are not comparable.
        differences: in what the system itself differs between the runs.
        noun: the block that the intervals resample, speaker or recording.
    """

    system: str
    old: Summary
    new: Summary
    wer: Difference | None
    latency: Mapping[str, Percentiles]
    reasons: Mapping[Figure, tuple[str, ...]]
    differences: tuple[str, ...]
    noun: str = "speaker"


@dataclass(frozen=True)
class RunDiff:
    """Two runs by name, what changed of the systems that both have, and where the others are."""

    old: str
    new: str
    changes: Sequence[SystemChange]
    unmatched: Sequence[str] = ()

    @property
    def is_incomparable(self) -> bool:
        """Tell whether some pair is not comparable at all, or there is no pair."""
        return not self.changes or any(change.reasons["wer"] for change in self.changes)


def compare_systems(
    old: Mapping[str, SignedScores], new: Mapping[str, SignedScores], scoring: ScoringConfig
) -> tuple[SystemChange, ...]:
    """Compare every system that both runs have; the intervals of all of them hold at once.

    Args:
        old: scores of the old run by system.
        new: scores of the new run by system.
        scoring: confidence, and the smallest difference that matters.
    """
    figures: tuple[Figure, ...] = ("wer", "latency")
    incomparable: dict[str, dict[Figure, tuple[str, ...]]] = {
        name: {
            figure: find_incomparable_fields(old[name].signature, new[name].signature, figure)
            for figure in figures
        }
        for name in new
        if name in old
    }
    family = sum(not by_figure["wer"] for by_figure in incomparable.values())
    return tuple(
        _compare_system(name, old[name], new[name], by_figure, family, scoring)
        for name, by_figure in incomparable.items()
    )


def _compare_system(
    name: str,
    old: SignedScores,
    new: SignedScores,
    incomparable: Mapping[Figure, tuple[str, ...]],
    family: int,
    scoring: ScoringConfig,
) -> SystemChange:
    both = {"old": old.scores, "new": new.scores}
    paired = {} if incomparable["wer"] else compare_wer(both, "old", scoring, family)
    timed = not incomparable["latency"] and len(select_timed_words(new.scores.words)) > 0
    return SystemChange(
        system=name,
        old=summarise(f"{name}, old", old.scores, None, scoring, {}),
        new=summarise(f"{name}, new", new.scores, None, scoring, {}),
        wer=paired.get("new"),
        latency=compare_latencies(new.scores, old.scores, scoring) if timed else {},
        reasons=incomparable,
        differences=find_subject_changes(old.signature, new.signature),
        noun=name_block_unit(new.scores.recordings),
    )
