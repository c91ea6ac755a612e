"""Settings of an experiment: those that differ from what the committed baseline was made with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from streamwer.alignment.aligned_manifest import read_aligned
from streamwer.config import experiment
from streamwer.config.experiment import ExperimentConfig
from streamwer.config.folders import GATE_DATA
from streamwer.config.hardware import ClockConfig
from streamwer.formats.manifest import read_manifest
from streamwer.provenance import digests
from streamwer.provenance.signature import UNKNOWN, Run, Signature, Subject
from streamwer.runners.pool import RunOutcome
from streamwer.runners.run_log import make_event_log
from streamwer.types import Reference


def read_gate_references(settings: ExperimentConfig) -> tuple[Reference, ...]:
    """Read the references of the gate's data set, or else those of the run."""
    return read_manifest(GATE_DATA) if settings.gate.dataset else read_aligned()


def set_clock(settings: ExperimentConfig, clock: ClockConfig) -> ExperimentConfig:
    """Return the settings with one clock for all systems."""
    systems = {name: replace(each, clock=None) for name, each in settings.systems.items()}
    return replace(settings, clock=clock, systems=systems)


def find_other_settings(
    settings: ExperimentConfig, name: str, signature: Signature
) -> tuple[str, ...]:
    """Find how the settings differ from the baseline's, without running anything.

    Args:
        settings: of this run.
        name: of the system.
        signature: of the baseline.

    Returns:
        The differences, in words; none if the candidate is no experiment.
    """
    if name not in settings.systems:
        return ("not among the systems of this run",)
    subjects = _compare_subjects(settings, name, signature.subject)
    differences = (*subjects, *_compare_data(settings, signature))
    return differences or tuple(_compare_clocks(settings, name, signature.method.clock))


def _compare_subjects(settings: ExperimentConfig, name: str, baseline: Subject) -> Iterator[str]:
    # Not with the clock of the gate: there may be no hardware profile for this model or engine.
    candidate = _describe_run(settings, name, ClockConfig("unaware")).subject
    for key in ("policy", "engine", "language", "device", "compute_type"):
        if getattr(candidate, key) != getattr(baseline, key):
            yield f"{key}: {getattr(candidate, key)}, not {getattr(baseline, key)}"
    model, other = (each.model.partition("@")[0] for each in (candidate, baseline))
    if model != other:
        yield f"model: {model}, not {other}"


def _compare_clocks(settings: ExperimentConfig, name: str, baseline: str) -> Iterator[str]:
    candidate = _describe_run(settings, name, settings.gate.clock).clock
    if candidate != baseline:
        yield f"clock: {candidate}, not {baseline}"


def _describe_run(settings: ExperimentConfig, name: str, clock: ClockConfig) -> Run:
    """Describe a run as its log would, but for the digests of model and audio."""
    return make_event_log(
        RunOutcome(), experiment.build_system(set_clock(settings, clock), name), UNKNOWN
    ).run


def _compare_data(settings: ExperimentConfig, signature: Signature) -> Iterator[str]:
    method, references = signature.method, read_gate_references(settings)
    if digests.digest_references(references) != method.references:
        yield "the data set has other recordings or reference texts"
    elif digests.digest_word_times(references) != method.times:
        yield "the reference words have other times"
    name = settings.scoring.normaliser
    if name != method.normaliser.partition("@")[0]:
        yield f"normaliser: {name}, not {method.normaliser}"
