"""Comparisons that several tests read; scoring one takes a second, so each is made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamwer import reports
from streamwer.reports.comparison import Comparison
from tests.reports import synthetic


@pytest.fixture(scope="session")
def measured() -> Comparison:
    return synthetic.compare()


@pytest.fixture(scope="session")
def unaware() -> Comparison:
    return synthetic.compare(clock="unaware")


@pytest.fixture(scope="session")
def failing() -> Comparison:
    return synthetic.compare(failures=2)


@pytest.fixture(scope="session")
def hostile() -> Comparison:
    return synthetic.hostile()


@pytest.fixture(scope="session")
def folder(measured: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of `measured`."""
    folder = tmp_path_factory.mktemp("report")
    reports.write_report(measured, folder)
    return folder
