"""The identity of a run: what its signatures say, and the settings of the statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from streamwer.config.experiment import ExperimentConfig
from streamwer.provenance.signature import Signature


def describe_run(
    settings: ExperimentConfig, signatures: Mapping[str, Signature], word_times: str
) -> dict[str, Any]:
    """Describe what identifies the run.

    Args:
        settings: of the run.
        signatures: of the scores, by system.
        word_times: where the word times of the references are from.
    """
    scoring = settings.scoring

    def group_systems(of: Callable[[Signature], str]) -> str:
        return _group_by_choice({name: of(signature) for name, signature in signatures.items()})

    def release(package: str) -> str:
        return group_systems(lambda each: each.subject.find_package_version(package))

    packages = dict.fromkeys(k for each in signatures.values() for k, _ in each.subject.packages)
    return {
        "data set": settings.dataset.name,
        "word times": word_times,
        "clock": group_systems(lambda each: each.method.clock),
        "model": group_systems(lambda each: each.subject.model),
        "engine": group_systems(lambda each: each.subject.engine.partition("(")[0]),
        "hardware": group_systems(lambda each: each.method.hardware),
        "normaliser": group_systems(lambda each: each.method.normaliser),
        "scorer": group_systems(lambda each: each.method.scorer),
        "confidence": scoring.confidence,
        "smallest difference": f"{100 * scoring.smallest_difference:g} points of WER",
        **{name: release(name) for name in packages},
    }


def _group_by_choice(chosen: Mapping[str, str]) -> str:
    """Name the choice of all systems, or each choice with the systems that made it."""
    systems: dict[str, list[str]] = {}
    for name, choice in chosen.items():
        systems.setdefault(choice, []).append(name)
    if len(systems) == 1:
        return next(iter(systems))
    return "; ".join(f"{choice} ({', '.join(names)})" for choice, names in systems.items())
