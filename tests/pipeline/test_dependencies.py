"""Every file that a stage runs is a dependency of it: an edit of one makes the stage stale."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
import yaml

from streamwer.config.registry import GROUPS
from streamwer.provenance.imports import find_imported_files

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/streamwer"
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


@cache
def files_of(stage: str) -> list[Path]:
    """Find the files that a stage runs: by imports, and by name where it runs a registered class.

    What the config only looks up to check settings is not run. Neither are the names of the public
    API, which are imported when they are asked for, and an `__init__.py` with a docstring alone.
    """
    words: list[str] = STAGES[stage]["cmd"].split()
    modules = [words[words.index("-m") + 1]]
    while True:
        files = find_imported_files(modules, (ROOT / "src", ROOT))
        code = [each.read_text() for each in files if not each.is_relative_to(PACKAGE / "config")]
        registered = [
            f"{about.package}.{file.stem}"
            for group, about in GROUPS.items()
            if any(f'registry.find("{group}"' in text for text in code)
            for file in (ROOT / "src").joinpath(*about.package.split(".")).glob("[!_]*.py")
        ]
        if not {*registered} - {*modules}:
            return [file for file in files if file != PACKAGE / "__init__.py" and runs(file)]
        modules = [modules[0], *registered]


def runs(file: Path) -> bool:
    return file.name != "__init__.py" or len(ast.parse(file.read_bytes()).body) > 1


@pytest.mark.parametrize("stage", STAGES)
def test_every_module_that_a_stage_runs_is_a_dependency_of_it(stage: str) -> None:
    listed = [ROOT / each for each in STAGES[stage]["deps"]]
    files = files_of(stage)
    assert len(files) > 10
    missing = [file for file in files if not any(file.is_relative_to(each) for each in listed)]
    assert not missing


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_lists_code_that_it_does_not_run(stage: str) -> None:
    code = [ROOT / each for each in STAGES[stage]["deps"] if each.startswith(("src/", "pipeline/"))]
    files = files_of(stage)
    unused = [each for each in code if not any(file.is_relative_to(each) for file in files)]
    assert not unused


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_lists_folders_of_the_package(stage: str) -> None:
    inside = [ROOT / each for each in STAGES[stage]["deps"]]
    files = [each for each in inside if each.is_relative_to(PACKAGE) and each.suffix]
    assert all(each.parent == PACKAGE for each in files)
