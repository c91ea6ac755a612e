"""The wheel: what it holds, and that its commands run in an environment of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.datasets.recordings import clip
from tests.patience import PATIENCE_S

pytest.importorskip("hatchling", reason="hatchling is not installed: pip install '.[packaging]'")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command that sees neither this tree nor its settings."""
    hidden = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    return subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key not in hidden} | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


def build(tree: Path, target: str, out: Path) -> Path:
    """Build what `python -m hatchling build` publishes."""
    hatchling = (sys.executable, "-m", "hatchling", "build", "-t", target, "-d", out)
    done = run(*hatchling, folder=tree, PYTHONPATH=os.environ.get("PYTHONPATH", ""))
    assert done.returncode == 0, done.stderr
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packaging")


@pytest.fixture(scope="module")
def wheel(scratch: Path) -> Path:
    return build(ROOT, "wheel", scratch / "wheel")


@pytest.fixture(scope="module")
def bin_folder(scratch: Path, wheel: Path) -> Iterator[Path]:
    """The commands of the wheel, in an environment that has nothing else but its dependencies."""
    made = scratch / "environment"
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(made)], check=True, timeout=PATIENCE_S
    )
    (site,) = made.glob("lib/python*/site-packages")
    # A path file is read in an environment's own folder only: that of our editable tree is not.
    packages = [path for path in sys.path if path.endswith("site-packages")]
    (site / "dependencies.pth").write_text("".join(f"{path}\n" for path in packages))
    pip = (sys.executable, "-m", "pip", "--python", made / "bin/python")
    install = ("install", "--quiet", "--no-deps", "--no-index", wheel)
    done = run(*pip, *install, folder=scratch, PIP_DISABLE_PIP_VERSION_CHECK="1")
    assert done.returncode == 0, done.stderr
    return made / "bin"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_the_package_and_its_config_tree(wheel: Path) -> None:
    code, conf = (
        {str(path.relative_to(ROOT / top)) for path in files}
        for top, files in (
            ("src", (p for p in (ROOT / "src").rglob("*") if p.is_file() and _is_source(p))),
            (".", (p for p in (ROOT / "conf").rglob("*.yaml"))),
        )
    )
    packed = {name for name in names(wheel) if ".dist-info/" not in name}
    assert packed == code | {f"streamwer/{name}" for name in conf}


def _is_source(path: Path) -> bool:
    return path.suffix != ".pyc" and not path.name.startswith(".")


def test_the_source_archive_makes_the_same_wheel(scratch: Path, wheel: Path) -> None:
    archive = build(ROOT, "sdist", scratch / "sdist")
    with tarfile.open(archive) as tar:
        # The argument `filter` came with Python 3.11.4.
        tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)
        tar.extractall(scratch / "unpacked")
    (tree,) = (scratch / "unpacked").iterdir()
    assert names(build(tree, "wheel", scratch / "again")) == names(wheel)


def test_the_installed_package_is_not_this_tree(bin_folder: Path, empty: Path) -> None:
    code = "import streamwer; print(streamwer.__file__)"
    done = run(bin_folder / "python", "-c", code, folder=empty)
    assert Path(done.stdout.strip()).is_relative_to(bin_folder.parent), done.stderr


def test_a_file_is_transcribed_in_an_empty_folder(bin_folder: Path, empty: Path) -> None:
    clip(empty / "hum.wav", 1.0)
    done = run(bin_folder / "streaming", "hum.wav", "--clock", "unaware", folder=empty)
    assert done.returncode == 0, done.stderr
    assert json.loads((empty / "transcripts.json").read_text())["files"][0]["file"] == "hum.wav"


def test_the_page_of_a_comparison_is_written_without_the_repository(
    bin_folder: Path, empty: Path
) -> None:
    (empty / "said.txt").write_text("the cat sat\n")
    (empty / "heard.txt").write_text("the cat sits\n")
    code = (
        "import streamwer as sw;"
        "sw.compare({'a': 'heard.txt', 'b': 'said.txt'}, reference='said.txt').report('out')"
    )
    done = run(bin_folder / "python", "-c", code, folder=empty)
    assert done.returncode == 0, done.stderr
    assert "<html" in (empty / "out/index.html").read_text()


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("streaming hum.wav --model reference", "comes with a checkout of streamwer"),
        ("streaming-compare HEAD~1 .", "HEAD~1: neither a folder nor a Git revision"),
        ("streaming-gate --baseline none --candidate none", "none: no scores here"),
    ],
)
def test_what_needs_a_checkout_or_a_run_says_so(
    command: str, error: str, bin_folder: Path, empty: Path
) -> None:
    clip(empty / "hum.wav")
    program, *arguments = command.split()
    done = run(bin_folder / program, *arguments, folder=empty)
    assert done.returncode
    assert error in done.stderr.splitlines()[-1]
