"""A report says what it is of, and saying so does not change it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from streamwer.provenance.versioning import digest_lock, read_revision
from tests.patience import PATIENCE_S

LOCK = """schema: '2.0'
stages:
  prepare: {cmd: a, outs: [{path: x, md5: aa}]}
  score@one: {cmd: b, outs: [{path: y, md5: %s}]}
  score@other: {cmd: b, outs: [{path: z, md5: %s}]}
  report: {cmd: c, outs: [{path: r, md5: %s}]}
"""


def commit(folder: Path, *files: str) -> None:
    for name in files:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(path.read_text() + "more" if path.exists() else "new")
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["add", "-A"], [*who, "commit", "-q", "-m", "change"]):
        subprocess.run(["git", *command], cwd=folder, check=True, timeout=PATIENCE_S)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return tmp_path


def test_committing_the_report_leaves_its_revision_as_it_is(tree: Path) -> None:
    assert read_revision() == ""
    subprocess.run(["git", "init", "-q"], check=True, timeout=PATIENCE_S)
    assert read_revision() == ""
    commit(tree, "code.py", "reports/index.html")
    first = read_revision()
    assert len(first) == 12
    commit(tree, "reports/index.html", "dvc.lock")
    assert read_revision() == first
    commit(tree, "code.py")
    assert read_revision() != first


def test_changes_that_are_not_committed_are_said_unless_they_are_results(tree: Path) -> None:
    subprocess.run(["git", "init", "-q"], check=True, timeout=PATIENCE_S)
    commit(tree, "code.py", "reports/index.html")
    first = read_revision()
    (tree / "reports/index.html").write_text("other")
    assert read_revision() == first
    (tree / "code.py").write_text("other")
    assert read_revision() == f"{first}, with changes that are not committed"


def test_the_digest_follows_what_the_report_is_made_of_and_nothing_else(tmp_path: Path) -> None:
    def digest(one: str, other: str, report: str) -> str:
        (tmp_path / "dvc.lock").write_text(LOCK % (one, other, report))
        return digest_lock(["one"], tmp_path / "dvc.lock")

    first = digest("11", "22", "33")
    assert digest("11", "99", "99") == first
    assert digest("99", "22", "33") != first
    assert digest_lock(["one"], tmp_path / "nowhere") == ""
