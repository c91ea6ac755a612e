"""A folder of a user's, and where it is prepared."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "mine"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "prepared"
