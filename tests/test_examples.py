"""The notebooks of `examples/` run from the first cell to the last."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streamwer.config import registry

NOTEBOOKS = sorted(Path("examples").glob("*.ipynb"))


def test_there_is_a_notebook_for_each_of_the_three_tasks() -> None:
    assert [each.stem for each in NOTEBOOKS] == [
        "compare_systems",
        "stream_and_score",
        "write_a_policy",
    ]


def read_cells(notebook: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return cells


@pytest.fixture
def registered() -> Iterator[None]:
    """Forget the policies that a notebook registers."""
    known = dict(registry._registered["policy"])
    yield
    registry._registered["policy"].clear()
    registry._registered["policy"].update(known)


@pytest.mark.slow
@pytest.mark.usefixtures("tiny_en", "registered")
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_of_a_notebook_runs(notebook: Path) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = [
        run_cell("".join(cell["source"]), names, f"{notebook.name}, cell {number}")
        for number, cell in enumerate(read_cells(notebook), start=1)
        if cell["cell_type"] == "code"
    ]
    assert any("<" in text for text in shown), "no cell shows a table or a plot"


def run_cell(source: str, names: dict[str, Any], place: str) -> str:
    """Run a cell and return, as a notebook shows it, the value of its last line."""
    *statements, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        statements, value = [*statements, last], None
    else:
        value = last.value
    exec(compile(ast.Module(statements, []), place, "exec"), names)
    if value is None:
        return ""
    result = eval(compile(ast.Expression(value), place, "eval"), names)
    return result._repr_html_() if hasattr(result, "_repr_html_") else repr(result)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_output(notebook: Path) -> None:
    for cell in read_cells(notebook):
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
