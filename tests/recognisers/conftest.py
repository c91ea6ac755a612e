"""What the tests of this package share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import random_whisper


@pytest.fixture(scope="session")
def random_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model with random weights: it hears words in everything."""
    folder = tmp_path_factory.mktemp("model") / "random"
    return random_whisper.build(folder, random_whisper.Shape(width=64, heads=2, layers=2))
