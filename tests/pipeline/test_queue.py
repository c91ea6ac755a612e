"""DVC's queue plays an experiment in a copy of the tree, with the package of that copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
STAGE = """stages:
  tell:
    cmd: python -m pipeline.tell
    deps: [src]
    outs: [told.txt: {cache: false}]
"""
TELL = """import subprocess, sys
from pathlib import Path
import streamwer
child = [sys.executable, "-c", "import streamwer; print(streamwer.WHICH)"]
heard = subprocess.run(child, capture_output=True, text=True).stdout.strip()
Path("told.txt").write_text(f"{streamwer.WHICH} {heard}\\n")
"""


class Tree:
    """A small tree with the pipeline's own `__init__`, whose package says which it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "pipeline").mkdir()
        shutil.copy(ROOT / "pipeline/__init__.py", folder / "pipeline/__init__.py")
        (folder / "pipeline/tell.py").write_text(TELL)
        (folder / "dvc.yaml").write_text(STAGE)
        self.change("workspace")
        for command in (
            ("git", "init", "-q"),
            ("git", "config", "user.name", "t"),
            ("git", "config", "user.email", "t@localhost"),
            (sys.executable, "-m", "dvc", "init", "-q"),
            ("git", "add", "-A"),
            ("git", "commit", "-q", "-m", "start"),
        ):
            self.run(*command)

    def change(self, which: str) -> None:
        (self.folder / "src/streamwer").mkdir(parents=True, exist_ok=True)
        (self.folder / "src/streamwer/__init__.py").write_text(f"WHICH = {which!r}\n")

    def run(self, *command: str) -> str:
        # As where it is installed as editable: the workspace's package is found from everywhere.
        paths = os.pathsep.join((str(self.folder / "src"), str(ROOT / "tests/none")))
        environment = os.environ | {"PYTHONPATH": paths, "DVC_NO_ANALYTICS": "1"}
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * PATIENCE_S,
        )
        assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def recorded(self, name: str) -> str:
        """What the experiment of that name has recorded."""
        (commit,) = (
            line.split()[0]
            for line in self.run("git", "for-each-ref", "refs/exps").splitlines()
            if line.endswith(f"/{name}")
        )
        return self.run("git", "show", f"{commit}:told.txt").strip()


def test_a_queued_and_a_temporary_experiment_run_their_own_package(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    dvc = (sys.executable, "-m", "dvc", "exp", "run", "-q")
    tree.change("queued")
    tree.run(*dvc, "--queue", "--name", "queued")
    tree.change("temporary")
    tree.run(*dvc, "--temp", "--name", "temporary")
    tree.change("changed-since")
    tree.run(*dvc, "--run-all", "--jobs", "1")
    assert tree.recorded("queued") == "queued queued"
    assert tree.recorded("temporary") == "temporary temporary"


def test_a_package_of_another_tree_is_refused(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    other = tmp_path / "other/streamwer"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("")
    code = f"import sys; sys.path.insert(0, {str(other.parent)!r}); import streamwer, pipeline"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tree.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert ran.returncode
    assert "was imported, but the pipeline is that of" in ran.stderr
