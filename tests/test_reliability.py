"""Every promise of docs/reliability.md is tried by a test that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

_PAGE = Path("docs/reliability.md")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows() -> list[list[str]]:
    """The cells of the table's rows, without its head."""
    lines = [line for line in _PAGE.read_text().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("row", [pytest.param(row, id=row[0]) for row in rows()])
def test_each_fault_has_a_test_that_exists(row: list[str]) -> None:
    fault, promise, tests = row
    assert fault
    assert promise
    named = _TEST.findall(tests)
    assert named, f"{fault}: no test is named"
    for file, name in named:
        tree = ast.parse(Path(file).read_text())
        assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
