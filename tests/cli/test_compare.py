"""`streaming-compare`: two runs from folders or from a repository's history."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from streamwer.cli.compare import main
from streamwer.metrics import store
from streamwer.reports import parquet_export
from streamwer.reports.files import write_files
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference
from tests.patience import PATIENCE_S
from tests.reports import synthetic

SPOKEN = synthetic.references(count=20, words=30)
GOOD = synthetic.MANNERS["local_agreement"]
BAD = replace(GOOD, error_rate=0.25, holdback=3.0)


def scores(folder: Path, *, normalise: str = "basic", **systems: synthetic.Manner) -> Path:
    """The scores of made-up systems, one folder each."""
    for name, manner in systems.items():
        write(folder / name, SPOKEN, manner, normalise)
    return folder


def write(
    folder: Path, spoken: list[Reference], manner: synthetic.Manner, normalise: str = "basic"
) -> None:
    log = synthetic.log(spoken, manner, timed=False)
    store.write_scores(folder, store.score_and_sign(spoken, log, get_normaliser(normalise)))


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scores(tmp_path_factory.mktemp("old"), alpha=GOOD, beta=GOOD)


def run_compare(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main([str(each) for each in arguments])
    seen = capsys.readouterr()
    return code, (seen.out + seen.err).replace("\u00a0", " ")


def test_a_run_does_not_differ_from_itself(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run_compare(capsys, old, old)
    assert code == 0
    so_many_words = (
        "as many errors here, not decided (simultaneous 95 % interval −0.7 to +0.7 points"
    )
    assert text.count(so_many_words) == 2
    assert "whether the median latency changed is not decided, 0.00 s" in text


def test_a_worse_system_is_found_and_the_other_left_alone(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = scores(tmp_path / "new", alpha=BAD, beta=GOOD)
    code, text = run_compare(capsys, old, new, "-o", tmp_path / "page")
    assert code == 0
    assert " points more errors (simultaneous 95 % interval +" in text
    assert "half of the words are final later by +" in text
    bold = [part for part in re.findall(r"\*\*(.+?)\*\*", text) if "→" in text and "(" in part]
    assert all(" s " not in part for part in bold)  # no test stands behind a latency
    assert "<br><sub>later</sub>" in text
    assert "at its own time" not in text  # the clock is one that does not measure
    assert "- **beta**: as many errors here, not decided (" in text
    page = (tmp_path / "page" / "index.html").read_text(encoding="utf-8")
    assert "What changed" in page
    assert "alpha, old" in page


def test_measured_runs_are_said_to_differ_by_more_than_their_intervals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = synthetic.log(SPOKEN, GOOD)
    log = replace(log, run=replace(log.run, clock="measured"))
    for run_ in ("a", "b"):
        store.write_scores(
            tmp_path / run_ / "alpha", store.score_and_sign(SPOKEN, log, get_normaliser("basic"))
        )
    code, text = run_compare(capsys, tmp_path / "a", tmp_path / "b")
    assert code == 0
    assert "do not include how busy the machine was" in text


def test_what_only_one_run_has_is_named(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = run_compare(capsys, old, scores(tmp_path, alpha=GOOD))
    assert code == 0
    assert f"**beta, only in {old}".replace("_", r"\_") in text


def test_other_words_are_refused_with_the_reason(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "alpha", SPOKEN[:-1], GOOD)
    code, text = run_compare(capsys, old, tmp_path)
    assert code == 3
    assert "**alpha** is not comparable in anything: reference texts: " in text


def test_another_normaliser_is_refused(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = run_compare(capsys, old, scores(tmp_path, normalise="none", alpha=GOOD))
    assert code == 3
    assert "normaliser: basic" in text


def test_runs_with_nothing_in_common_are_refused(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = run_compare(capsys, old, scores(tmp_path, gamma=GOOD), "-o", tmp_path / "page")
    assert code == 3
    assert (tmp_path / "page" / "index.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "."], "nowhere: neither a folder nor a Git revision"),
        ([".", "."], ".: no scores there"),
        ([], "the following arguments are required: OLD, NEW"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True, timeout=PATIENCE_S)
    monkeypatch.chdir(tmp_path)
    code, text = run_compare(capsys, *arguments)
    assert code == 2
    assert text.count("\n") == 1
    assert said in text


def test_a_baseline_of_the_gate_keeps_too_little_to_compare(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(old, tmp_path / "kept")
    whole = store.read_scores(old / "alpha")
    words = whole.scores.words.drop(columns=["waiting", "held"])
    store.write_scores(
        tmp_path / "kept/alpha", replace(whole, scores=replace(whole.scores, words=words))
    )
    code, text = run_compare(capsys, str(tmp_path / "kept"), str(old))
    assert code == 2
    assert text.count("\n") == 1
    assert "without waiting, held" in text


def run(folder: Path, *command: str | Path) -> None:
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "DVC_NO_ANALYTICS": "1"}
    who |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    subprocess.run(
        command,
        cwd=folder,
        check=True,
        capture_output=True,
        env=os.environ | who,
        timeout=PATIENCE_S,
    )


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two revisions of a DVC repository, whose scores are only in DVC's cache."""
    root = tmp_path_factory.mktemp("repository")
    dvc = (sys.executable, "-m", "dvc")
    run(root, "git", "init", "-q")
    run(root, *dvc, "init", "-q")
    (root / "dvc.yaml").write_text('stages: {s: {cmd: "true", outs: [data/scores/alpha]}}\n')
    for manner in (GOOD, BAD):
        scores(root / "data/scores", alpha=manner)
        run(root, *dvc, "commit", "-f")
        run(root, "git", "add", "-A")
        run(root, "git", "commit", "-q", "-m", "a run")
    yield root
    shutil.rmtree(root)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two commits with a report and no scores; the first is an experiment, too."""
    run(tmp_path, "git", "init", "-q")
    (tmp_path / "params.yaml").write_text("dataset: {name: calls}\n")
    for clock in ("measured", "unaware"):
        report = parquet_export.render(synthetic.compare(clock=clock))
        write_files(tmp_path / "reports/comparison", report)
        run(tmp_path, "git", "add", "-A")
        run(tmp_path, "git", "commit", "-q", "-m", clock)
    run(tmp_path, "git", "update-ref", "refs/exps/ab/cdef/my-exp", "HEAD~1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("old", ["HEAD~1", "my-exp"])
def test_without_scores_the_committed_figures_are_compared(
    old: str, clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = run_compare(capsys, old, ".")
    assert code == 0, text
    assert f"### {old} (" in text
    assert re.search(r"\| offline \| [\d.]+ % \| [\d.]+ s → [\d.]+ s \|", text)
    assert "without intervals of the differences" in text
    assert "dvc fetch --all-commits" in text
    (clone / "params.yaml").write_text("dataset: {name: others}\n")
    code, text = run_compare(capsys, old, ".")
    assert code == 3
    assert "not comparable: dataset.name: others, not calls" in text


@pytest.mark.slow
def test_a_revision_is_compared_with_this_tree_and_without_its_cache_it_says_what_to_do(
    repository: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(repository)
    code, text = run_compare(capsys, "HEAD~1", ".")
    assert code == 0, text
    assert "### HEAD\\~1 (" in text
    assert " points more errors (95 % interval +" in text
    shutil.rmtree(repository / ".dvc/cache")
    clone = tmp_path / "clone"  # knows no cache, not even from DVC's memory of it
    run(tmp_path, "git", "clone", "-q", repository, clone)
    shutil.copytree(repository / "data", clone / "data", dirs_exist_ok=True)
    monkeypatch.chdir(clone)
    code, text = run_compare(capsys, "HEAD~1", ".")
    assert code == 2
    assert text.count("\n") == 1
    assert text.startswith("error: HEAD~1: its scores are neither in Git nor in DVC’s cache")
    assert "git worktree add ../old HEAD~1" in text
