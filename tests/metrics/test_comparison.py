"""Only results that were scored alike are compared."""

from __future__ import annotations

from dataclasses import replace

from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics import store
from streamwer.metrics.comparison import compare_comparable_wer, find_incomparable
from streamwer.metrics.store import SignedScores
from streamwer.provenance.signature import Run, Signature
from streamwer.text.normalise import get_normaliser
from tests.formats.calls import REFERENCE, own_step

SCORING = ScoringConfig(normaliser="basic")
CALLS = [replace(REFERENCE, recording=f"call{n}", speaker=f"s{n}") for n in range(4)]


def score_calls(heard: str, name: str = "basic", clock: str = "unaware") -> SignedScores:
    steps = tuple(own_step(0, 2.0, 2.5, heard, name=call.recording) for call in CALLS)
    return store.score_and_sign(CALLS, EventLog(steps, run=Run(clock=clock)), get_normaliser(name))


def signatures(systems: dict[str, SignedScores]) -> dict[str, Signature]:
    return {name: each.signature for name, each in systems.items()}


SYSTEMS = {
    "offline": score_calls("my name is jane"),
    "good": score_calls("my name was jane"),
    "raw": score_calls("My name is Jane", "none"),
    "timed": score_calls("my name is june", clock="measured"),
}


def test_each_system_is_told_why_it_is_not_comparable() -> None:
    found = find_incomparable(signatures(SYSTEMS), "offline")
    assert found["offline"] == found["good"] == {"wer": (), "latency": ()}
    (why,) = found["raw"]["wer"]
    assert why.startswith("normaliser: none@1 against basic@")
    assert found["timed"] == {"wer": (), "latency": ("clock: measured against unaware",)}


def test_without_the_baseline_the_first_system_stands_in() -> None:
    others = {name: SYSTEMS[name] for name in ("raw", "good")}
    found = find_incomparable(signatures(others), "offline")
    assert not found["raw"]["wer"]
    assert found["good"]["wer"]
    assert find_incomparable({}, "offline") == {}


def test_differences_leave_out_what_is_not_comparable() -> None:
    found = compare_comparable_wer(SYSTEMS, "offline", SCORING)
    assert {name: each.value for name, each in found.items()} == {"good": 0.25, "timed": 0.25}
    assert compare_comparable_wer({"good": SYSTEMS["good"]}, "offline", SCORING) == {}


def test_what_is_left_out_takes_no_part_in_the_adjustment_of_p() -> None:
    family = {name: each for name, each in SYSTEMS.items() if name in ("offline", "good", "raw")}
    (alone,) = compare_comparable_wer(family, "offline", SCORING).values()
    assert alone.family == 1
