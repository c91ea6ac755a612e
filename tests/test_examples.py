"""The notebooks of `examples/` run from the first cell to the last."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from tests.weights import need_tiny_en

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def test_there_is_a_notebook_for_each_of_the_three_tasks() -> None:
    assert [each.stem for each in NOTEBOOKS] == [
        "compare_systems",
        "stream_and_score",
        "write_a_policy",
    ]
