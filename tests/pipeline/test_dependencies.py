"""Every file that a stage runs is a dependency of it: an edit of one makes the stage stale."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from streamwer.provenance.imports import find_imported_files

ROOT = Path(__file__).parents[2]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


def module_of(stage: str) -> str:
    words: list[str] = STAGES[stage]["cmd"].split()
    return words[words.index("-m") + 1]


@pytest.mark.parametrize("stage", STAGES)
def test_every_module_that_a_stage_imports_is_a_dependency_of_it(stage: str) -> None:
    listed = [ROOT / each for each in STAGES[stage]["deps"]]
    files = find_imported_files([module_of(stage)], (ROOT / "src", ROOT))
    assert len(files) > 10
    missing = [file for file in files if not any(file.is_relative_to(each) for each in listed)]
    assert not missing


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_lists_code_that_it_does_not_run(stage: str) -> None:
    code = [ROOT / each for each in STAGES[stage]["deps"] if each.startswith(("src/", "pipeline/"))]
    files = find_imported_files([module_of(stage)], (ROOT / "src", ROOT))
    unused = [each for each in code if not any(file.is_relative_to(each) for file in files)]
    assert not unused
