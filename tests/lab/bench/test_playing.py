"""Every recording goes round all systems before the next begins; compute is processor time."""

from __future__ import annotations

import itertools
import time

import pytest

from lab.bench import playing, systems
from streamwer.recognisers.base import Window
from streamwer.recognisers.stage_timer import NOW
from streamwer.types import Hypothesis
from tests.lab.bench.scripted_session import calls
from tests.scripted import Scripted


@pytest.fixture(scope="module")
def built() -> dict[str, systems.SystemConfig]:
    return systems.build(systems.choose("tiny_en"))


def test_recordings_are_chosen_from_every_condition_by_its_share() -> None:
    chosen = playing.spread([each.reference for each in calls(36)], 8)
    assert (
        sorted(each.condition for each in chosen)
        == ["clean"] * 4 + ["noise"] * 2 + ["telephone"] * 2
    )
    assert len({each.recording for each in chosen}) == 8


def test_more_recordings_than_there_are_is_all_of_them() -> None:
    few = [each.reference for each in calls(3)]
    assert playing.spread(few, 8) == few


def test_a_recording_goes_round_all_systems_before_the_next_begins(
    built: dict[str, systems.SystemConfig],
) -> None:
    order: list[str] = []

    class Noting(Scripted):
        def recognise(self, window: Window) -> Hypothesis:
            order.append(self.name)
            return super().recognise(window)

    two, loaded = calls(2), {}
    for name in built:
        loaded[name] = Noting(two[0].reference.words)
        loaded[name].name = name
    done = playing.play_all(built, two, loaded)
    turns = [name for name, _ in itertools.groupby(order)]
    assert turns == [*built, *built]
    assert list(done) == list(built)
    assert all(list(played) == ["call_00", "call_01"] for played in done.values())


def test_a_wait_costs_no_compute(built: dict[str, systems.SystemConfig]) -> None:
    class Waiting(Scripted):
        def recognise(self, window: Window) -> Hypothesis:
            assert NOW.get() is time.process_time
            time.sleep(0.2)
            return super().recognise(window)

    (one,) = calls(1)
    played = playing.play(built["offline"], one, Waiting(one.reference.words))
    assert played.recogniser_s < 0.2
    assert NOW.get() is not time.process_time


def test_the_peer_hears_all_of_every_window_and_ours_do_not(
    built: dict[str, systems.SystemConfig],
) -> None:
    peer = built["whisper_streaming"]
    assert (peer.policy["chunk_s"], peer.policy["agreement"], peer.policy["trim_s"]) == (1, 2, 15)
    assert not peer.engine.vad_filter
    assert not peer.engine.skip_silence
    assert built["offline"].engine.vad_filter
    assert built["offline_direct"].engine.name == "direct"
