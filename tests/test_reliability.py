"""Every promise of docs/reliability.md is tried by a test that exists, and counted on top."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from tools import reliability
from tools.reliability import PAGE, Promise, read_promises

PROMISES = read_promises(PAGE)


@pytest.mark.parametrize("row", [pytest.param(row, id=row.fault) for row in PROMISES])
def test_each_fault_has_one_test_that_exists(row: Promise) -> None:
    tree = ast.parse(Path(row.file).read_text())
    assert row.test in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


def test_no_row_of_the_page_is_passed_over() -> None:
    text = PAGE.read_text()
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == len(PROMISES) + 2 * len(re.findall(r"^## ", text, re.MULTILINE))


def test_the_figures_on_top_are_those_of_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["reliability", "--list"])
    assert reliability.main() == 0
    assert f"**{capsys.readouterr().out.strip()}.**" in PAGE.read_text()


def test_what_does_not_hold_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = tmp_path / "test_x.py"
    test.write_text(
        "import pytest\n"
        "def test_a(): pass\n"
        "@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_b(n): assert n == 1\n"
        "def test_c(): pytest.skip('not here')\n"
    )
    monkeypatch.chdir(tmp_path)
    promises = [Promise(name, "it holds", "test_x.py", f"test_{name}") for name in "abc"]
    assert [each.fault for each in reliability.find_broken(promises)] == ["b", "c"]
