"""One scripted session serves all tests of what is made of it."""

from __future__ import annotations

import pytest

from pipeline.bench import systems
from pipeline.bench.figures import Figures
from streamwer.compose import load
from tests.bench import scripted_session


@pytest.fixture(scope="session")
def figures() -> Figures:
    session = scripted_session.session(systems.every(), scripted_session.engine_costs)
    return Figures(session, load().scoring)
