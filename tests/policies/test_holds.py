"""A caller on hold: what is said before and behind 21 s of faint noise is committed once."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from streamwer import audio
from streamwer.config import experiment, registry
from streamwer.config.compose import load_config
from streamwer.recognisers import load_recogniser
from streamwer.recognisers.base import Recogniser
from streamwer.simulation.clock import build_clock
from streamwer.simulation.serving import play_recording

CALLS, HELD = Path("data/toy_calls"), "call_06"
STREAMING = sorted(set(registry.names("policy")) - {"offline"})

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["direct", "transcribe"])
def recogniser(request: pytest.FixtureRequest) -> Recogniser:
    chosen = load_config(["model=reference", f"engine={request.param}"])
    return load_recogniser(experiment.build_system(chosen, "offline"))


@pytest.mark.parametrize("policy", STREAMING)
def test_nothing_is_committed_twice_around_a_hold(policy: str, recogniser: Recogniser) -> None:
    rows = map(json.loads, (CALLS / "metadata.jsonl").read_text("utf-8").splitlines())
    said = next(row["text"] for row in rows if row["id"] == HELD).split()
    made = registry.find("policy", policy)()
    call = audio.load_audio(CALLS / f"{HELD}.flac")
    steps = play_recording(HELD, call, recogniser, made, build_clock("unaware"))
    committed = [word for step in steps for word in step.update.committed]
    heard = Counter(pairwise(word.text.strip(" .,?!").lower() for word in committed))
    expected = Counter(pairwise(said))
    assert not [pair for pair, count in heard.items() if count > max(1, expected[pair])]
    assert len(committed) <= len(said) + 2
    assert not [word for word in committed if word.end <= word.start]
