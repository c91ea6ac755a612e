"""The committed baseline: complete, small, and the same bytes from the same scores."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from streamwer.analysis.gate import baseline
from streamwer.analysis.gate.comparison import compare_runs
from streamwer.analysis.gate.measures import MEASURES
from streamwer.analysis.gate.rules import read_gate
from streamwer.analysis.gate.run_group import RunGroup
from streamwer.analysis.gate.verdict import ExitStatus
from streamwer.config.gate import GateConfig
from streamwer.errors import ConfigError, LogError
from streamwer.metrics.registry import list_simulst_metrics
from streamwer.metrics.store import SignedScores
from tests.analysis.gate import calls, folders

COMMITTED = Path("reports/baseline")
SCORED = SignedScores(folders.scores(), folders.SIGNATURE)


def all_rules() -> GateConfig:
    return read_gate("deterministic")


def test_a_run_passes_against_the_baseline_made_of_it(tmp_path: Path) -> None:
    baseline.write_baseline(tmp_path, SCORED)
    found = compare_runs(
        "x", [baseline.read_baseline(tmp_path)], [SCORED], all_rules(), calls.CONFIDENCE
    )
    assert found.status == ExitStatus.PASS
    assert found.changed == ()
    assert {finding.why for finding in found.findings} == {"no change"}


def test_the_same_scores_give_the_same_bytes_whatever_was_measured(tmp_path: Path) -> None:
    slower = folders.of()
    slower.recordings["decode_s"] += 1
    baseline.write_baseline(tmp_path / "one", SCORED)
    baseline.write_baseline(tmp_path / "two", SignedScores(slower, folders.SIGNATURE))
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_a_clock_that_measures_makes_no_baseline(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="measures"):
        baseline.write_baseline(tmp_path, SignedScores(folders.scores(), folders.MEASURED))
    assert not list(tmp_path.iterdir())


def test_no_baseline_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="--update-baseline"):
        baseline.read_baseline(tmp_path / "none")


@pytest.mark.parametrize("system", read_gate("deterministic").systems)
def test_the_committed_baseline_has_every_figure_of_the_rules(system: str) -> None:
    committed = baseline.read_baseline(COMMITTED / system)
    size = sum(path.stat().st_size for path in (COMMITTED / system).iterdir())
    found = compare_runs(system, [committed], [committed], all_rules(), calls.CONFIDENCE)
    assert found.status == ExitStatus.PASS
    assert found.recordings == 36
    assert size < 100_000


def test_measured_compute_is_no_part_of_a_baseline(tmp_path: Path) -> None:
    baseline.write_baseline(tmp_path, SCORED)
    side = RunGroup((baseline.read_baseline(tmp_path).scores,))
    unknown = {name for name, measure in MEASURES.items() if math.isnan(measure.compute(side))}
    too_few = {f"{name}_{p}" for name in ("first_text", "finalisation") for p in ("p95", "p99")}
    delays = {f"{each.name}_{k}" for each in list_simulst_metrics() for k in ("ideal", "aware")}
    ends = ("final_after_end", "end_of_speech_final", "end_of_speech_any")
    late = (*ends, "end_of_turn_delay")
    after_end = {f"{name}_{p}" for name in late for p in ("p50", "p95", "p99")}
    boards = {"punctuation", "entities", "word_emission_latency", *(f"{n}_wer" for n in ends[1:])}
    measured = {"rtf", "server_cpu", "lag_slope"}
    not_kept = measured | {"early_cutoff", "invented", "tail_loss"} | after_end | boards
    assert unknown == not_kept | delays | too_few
