"""Recordings that the toy model streamed once, for all tests of the public API."""

from __future__ import annotations

from pathlib import Path

import pytest

import streamwer as sw

TOY = Path("data/toy_calls")
CALLS = [TOY / f"call_0{number}.flac" for number in (1, 2, 3)]


@pytest.fixture(scope="session")
def held_back() -> sw.EventLog:
    """Three calls by one policy."""
    return sw.stream(CALLS, policy="hold_last_n", model="reference")


@pytest.fixture(scope="session")
def at_pauses() -> sw.EventLog:
    """The same calls, cut at short pauses."""
    options = ["policy.pause_s=0.3"]
    return sw.stream(CALLS, policy="endpointed", model="reference", options=options)
