"""Hold this tree against the committed baseline."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from streamwer.analysis.gate import baseline, rules
from streamwer.analysis.gate.comparison import compare_runs
from streamwer.analysis.gate.experiments import (
    find_other_settings,
    read_gate_references,
    set_clock,
)
from streamwer.analysis.gate.verdict import NOT_JUDGED, Verdict
from streamwer.config import experiment
from streamwer.config.experiment import ExperimentConfig
from streamwer.config.folders import BASELINE, GATE_DATA, PREPARED
from streamwer.errors import LogError
from streamwer.metrics import store
from streamwer.metrics.store import SignedScores
from streamwer.runners.dataset import ShowProgress, stream_dataset
from streamwer.text.normalise import get_normaliser


def judge_system(
    settings: ExperimentConfig, name: str, show: ShowProgress, *, experiments: bool = True
) -> Verdict:
    """Judge one system of this tree against the committed baseline.

    Args:
        settings: of the run.
        name: of the system.
        show: how progress is shown.
        experiments: whether other settings or data than the baseline's are judged, too.
    """
    folder = BASELINE / name
    committed = baseline.read_baseline(folder)
    if not experiments and (other := find_other_settings(settings, name, committed.signature)):
        return Verdict(name, settings.gate.name, other, (NOT_JUDGED,))
    other_processor = baseline.describe_other_processor(folder)
    if other_processor:
        settings = replace(settings, gate=rules.widen_floors(settings.gate))
    verdict = _compare(settings, name, committed, play_candidate(settings, name, show))
    return replace(verdict, notes=(*verdict.notes, other_processor)) if other_processor else verdict


def _compare(
    settings: ExperimentConfig, name: str, committed: SignedScores, candidate: SignedScores
) -> Verdict:
    return compare_runs(name, [committed], [candidate], settings.gate, settings.scoring.confidence)


def choose_model(settings: ExperimentConfig) -> ExperimentConfig:
    """Have every system run with the model of the gate, where it has one."""
    model = settings.gate.model
    if model is None:
        return settings
    systems = {name: replace(each, model=None) for name, each in settings.systems.items()}
    return replace(settings, model=model, systems=systems)


def play_candidate(settings: ExperimentConfig, name: str, show: ShowProgress) -> SignedScores:
    """Run a system as it is in this tree once, with the clock of the gate, and score it.

    Args:
        settings: of the run.
        name: of the system.
        show: how progress is shown.
    """
    words = get_normaliser(settings.scoring.normaliser)
    system = experiment.build_system(set_clock(settings, settings.gate.clock), name)
    folder = GATE_DATA if settings.gate.dataset else PREPARED
    log = stream_dataset(folder, name, system, settings.cluster, show)
    return store.score_and_sign(read_gate_references(settings), log, words)


def compare_with_baselines(
    settings: ExperimentConfig, played: Mapping[str, SignedScores]
) -> list[Verdict]:
    """Compare candidates by system with their baselines; one that cannot be read says nothing."""
    moved = []
    for name, candidate in played.items():
        with suppress(LogError):
            committed = baseline.read_baseline(BASELINE / name)
            moved.append(_compare(settings, name, committed, candidate))
    return moved
