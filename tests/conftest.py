"""Settings for all tests."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.composing import remember_configs
from tests.weights import tiny_en as tiny_en
from tests.weights import whisper_base as whisper_base

# A job in the background of a shell ignores it, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
# What a terminal looks like is for the tests to say; and DVC asks the network for a newer DVC.
for _name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS", "LINES", "PY_COLORS"):
    os.environ.pop(_name, None)
os.environ["CI"] = "1"
# The commands of DVC's stages begin with `python`: this one, in an environment that is not active.
os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
# Of some hundred processes each would compile our modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Tests import Ray before us: none may start of its own accord where a test has ended one.
os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"

# Machines are noisy: a slow example is not a failure, and the same examples run everywhere.
settings.register_profile("streamwer", deadline=None, derandomize=True)
settings.load_profile("streamwer")

remember_configs()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: `make test` hands files to two processes, which end together."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What was imported and collected stays: looking through it for garbage would take a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def plugins_of_one_test() -> Iterator[None]:
    """What a test registers is no choice of the next one."""
    yield
    registry = sys.modules.get("streamwer.config.registry")
    for classes in registry._registered.values() if registry else ():
        for name in [each for each, target in classes.items() if not registry._is_ours(target)]:
            del classes[name]


@pytest.fixture(autouse=True, scope="module")
def no_process_outlives_its_file() -> Iterator[None]:
    """What a file of tests starts, it ends: the next one may count processes."""
    yield
    assert not multiprocessing.active_children()
