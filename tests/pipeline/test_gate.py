"""The stage and command `gate`, with a stand-in for the run of the candidate."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from pipeline import gate
from streamwer.analysis.gate import baseline, committed, experiments, interleaved
from streamwer.analysis.gate.verdict import ExitStatus
from streamwer.config.compose import compose_config, load_config
from streamwer.config.folders import BASELINE, GATE_REPORT
from streamwer.datasets.preparation import prepare_dataset
from streamwer.metrics.store import SignedScores
from streamwer.metrics.tables import Scores

SYSTEM = "prefix_agreement"
ROOT = Path(__file__).parents[2]
Run = Callable[..., int]


def read_baseline(change: Callable[[Scores], None] = lambda scores: None) -> SignedScores:
    """What the committed baseline says, changed."""
    scored = baseline.read_baseline(ROOT / BASELINE / SYSTEM)
    change(scored.scores)
    return scored


def late(scores: Scores) -> None:
    scores.words["committed"] += 0.2


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of the gate, made ready once: it takes longer than the tests."""
    folder, chosen = tmp_path_factory.mktemp("gate") / "data", load_config().gate.dataset
    assert chosen is not None
    prepare_dataset(chosen, folder)
    return folder


@pytest.fixture
def run(tmp_path: Path, prepared: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A checkout whose candidate is what the test says, and the command in it."""
    shutil.copytree(BASELINE / SYSTEM, tmp_path / BASELINE / SYSTEM)
    shutil.copytree("conf", tmp_path / "conf")
    params = Path("params.yaml").read_text()
    (tmp_path / "params.yaml").write_text(
        params.replace(
            "  - offline\n  - prefix_agreement\n  clock", "  - prefix_agreement\n  clock"
        )
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    # As on the processor that made the baseline: elsewhere the floors are wider.
    made_on = (BASELINE / SYSTEM / "instructions.txt").read_text().strip()
    monkeypatch.setattr(baseline, "describe_processor", lambda: made_on)
    monkeypatch.setattr(gate, "prepare_dataset", lambda *_: None)
    for module in (committed, experiments):
        monkeypatch.setattr(module, "GATE_DATA", prepared)

    def run(candidate: SignedScores, *arguments: str) -> int:
        monkeypatch.setattr(committed, "play_candidate", lambda *_: candidate)
        monkeypatch.setattr(sys, "argv", ["gate", *arguments])
        return gate.main()

    return run


def test_this_tree_is_held_against_the_committed_baseline(run: Run) -> None:
    assert run(read_baseline()) == ExitStatus.PASS
    assert run(read_baseline(late)) == ExitStatus.REGRESSION
    written = json.loads((GATE_REPORT / "gate.json").read_text())
    assert written["exit"] == 1


def test_as_a_stage_it_says_in_one_line_what_recordings_it_played(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(read_baseline(), "--stage") == ExitStatus.PASS
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"gate: {SYSTEM}: pass on toy_calls, the gate's own recordings: all ")


def test_an_edit_of_conf_that_was_not_composed_is_told(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = Path("conf/gate/deterministic.yaml")
    chosen.write_text(
        re.sub(r"^systems:.*", f"systems: [{SYSTEM}]", chosen.read_text(), flags=re.MULTILINE)
    )
    Path("params.yaml").write_text(OmegaConf.to_yaml(compose_config()))
    assert run(read_baseline()) == ExitStatus.PASS
    assert "is not conf/ composed" not in capsys.readouterr().out
    policy = Path(f"conf/policy/{SYSTEM}.yaml")
    policy.write_text(f"{policy.read_text()}margin_s: 0.6\n")
    assert run(read_baseline()) == ExitStatus.PASS
    assert "params.yaml, which was judged, is not conf/ composed" in capsys.readouterr().out


def test_no_baseline_is_a_clear_error(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(BASELINE)
    assert run(read_baseline()) == ExitStatus.USAGE
    assert "--update-baseline" in capsys.readouterr().err


def test_no_params_is_a_clear_error(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Path("params.yaml").unlink()
    assert run(read_baseline()) == ExitStatus.USAGE
    assert "pipeline.compose --write" in capsys.readouterr().err


def test_a_baseline_of_another_normaliser_is_not_comparable(run: Run) -> None:
    candidate = read_baseline()
    method = replace(candidate.signature.method, normaliser="none")
    assert run(replace(candidate, signature=replace(candidate.signature, method=method))) == 3


def test_an_updated_baseline_says_what_moved_and_then_passes(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(read_baseline(late), "--update-baseline") == ExitStatus.PASS
    assert "regressed: beyond every limit" in capsys.readouterr().out
    assert run(read_baseline(late)) == ExitStatus.PASS


def test_a_baseline_is_not_updated_with_failures(run: Run) -> None:
    def fail(scores: Scores) -> None:
        scores.recordings.loc[0, "failure"] = "its worker died"

    before = (BASELINE / SYSTEM / "recordings.parquet").read_bytes()
    assert run(read_baseline(fail), "--update-baseline") == ExitStatus.FAILURES
    assert (BASELINE / SYSTEM / "recordings.parquet").read_bytes() == before


def test_on_another_kind_of_processor_the_floors_are_wider(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """8-bit kernels round differently there: a few words more or less are no regression."""

    def worse(every: int, lost: int) -> Callable[[Scores], None]:
        def change(scores: Scores) -> None:
            scores.recordings.loc[::every, "hits"] -= lost
            scores.recordings.loc[::every, "substitutions"] += lost

        return change

    assert run(read_baseline(worse(2, 1))) == ExitStatus.REGRESSION
    (BASELINE / SYSTEM / "instructions.txt").write_text("arm64 asimddp\n")
    assert run(read_baseline(worse(2, 1))) == ExitStatus.PASS
    assert "the baseline was made on arm64 asimddp" in capsys.readouterr().out
    assert run(read_baseline(worse(1, 2))) == ExitStatus.REGRESSION


def test_as_a_stage_a_regression_of_unchanged_settings_fails(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(read_baseline(), "--stage") == ExitStatus.PASS
    assert capsys.readouterr().out.count("\n") == 1  # a line for a system that passes
    assert run(read_baseline(late), "--stage") == ExitStatus.REGRESSION
    assert "commit latency, p50" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("      chunk_s: 0.66\n", "      chunk_s: 2.0\n", "policy"),
        ("    name: reference\n    path", "    name: mine\n    path", "model"),
        ("  compute_type: int8\n", "  compute_type: float32\n", "compute_type"),
        ("normaliser: open_asr", "normaliser: none", "normaliser"),
        ("      name: reference\n      processor", "      name: mine\n      processor", "clock"),
    ],
)
def test_as_a_stage_an_experiment_is_not_judged(
    run: Run, old: str, new: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = Path("params.yaml").read_text()
    assert old in text
    Path("params.yaml").write_text(text.replace(old, new))
    assert run(read_baseline(late), "--stage") == ExitStatus.PASS
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "not judged" in line)
    assert told in line


def test_other_settings_are_judged_outside_of_the_stage(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    candidate = read_baseline(late)
    subject = replace(candidate.signature.subject, policy="prefix_agreement(chunk_s=2)")
    candidate = replace(candidate, signature=replace(candidate.signature, subject=subject))
    assert run(candidate) == ExitStatus.REGRESSION
    assert "changed: policy: prefix_agreement(chunk_s=2)" in capsys.readouterr().out


def test_runs_take_turns_and_a_regression_is_confirmed(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = replace(
        read_baseline().signature.method, clock="measured", workers="1", hardware="x"
    )

    def play(_: object, version: interleaved.CodeVersion, *__: object) -> SignedScores:
        found = read_baseline(late if version.name == "this tree" else lambda scores: None)
        found.scores.recordings["decode_s"] = 0.1
        for stage in ("listen", "features", "encode", "align", "other"):
            found.scores.recordings[f"{stage}_s"] = 0.0
        return replace(found, signature=replace(found.signature, method=measured))

    monkeypatch.setattr(interleaved._Runs, "play", play)
    other = "systems.prefix_agreement.policy.chunk_s=0.5"
    assert run(read_baseline(), "--in-turns", "--against-settings", other) == ExitStatus.REGRESSION
    output = capsys.readouterr().out
    order = [f"{SYSTEM}: round {n}, {turn}" for n in (1, 2) for turn in ("A1", "B1", "A2", "B2")]
    assert [
        line for line in output.splitlines() if "round" in line and "second" not in line
    ] == order
    assert "a second round confirmed" in output


def test_a_revision_that_there_is_not_is_a_clear_error(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(read_baseline(), "--in-turns", "--against", "no-such-revision") == ExitStatus.USAGE
    assert "git rev-parse" in capsys.readouterr().err


def test_the_baseline_of_another_revision_gets_our_workers_and_no_key_it_does_not_know() -> None:
    ours = {"cluster": {"name": "ray", "workers": 2, "new": 1}, "clock": "ours"}
    theirs = {"cluster": {"name": "local", "workers": None, "gone": 3}, "clock": "theirs"}
    assert interleaved._share_cluster(ours, theirs) == {
        "cluster": {"name": "ray", "workers": 2, "gone": 3},
        "clock": "theirs",
    }
