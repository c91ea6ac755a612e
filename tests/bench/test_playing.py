"""Who plays what: in turns, everything in the first repeat, later only what is shared."""

from __future__ import annotations

from pipeline.bench import playing, systems
from tests.bench import scripted_session
from tests.bench.scripted_session import call, calls


def test_calls_are_chosen_from_every_condition_by_its_share() -> None:
    chosen = playing.spread(calls(36), 8)
    conditions = [each.reference.condition for each in chosen]
    assert sorted(conditions) == ["clean"] * 4 + ["noise"] * 2 + ["telephone"] * 2
    assert len({each.name for each in chosen}) == 8


def test_more_calls_than_there_are_is_all_of_them() -> None:
    few = calls(3)
    assert playing.spread(few, 8) == few


def test_a_call_goes_round_all_systems_before_the_next_begins() -> None:
    entries, two = systems.engines_only(), calls(2)
    order = list(playing.turns(entries, two, [each.name for each in two], repeat=0))
    first, second = order[: len(entries)], order[len(entries) :]
    assert {each.name for _, each in first} == {"call_00"}
    assert {entry.name for entry, _ in first} == {entry.name for entry, _ in second}
    assert first[0][0] is not second[0][0]


def test_later_repeats_play_the_shared_calls_only() -> None:
    entries, four = systems.every(), calls(4)
    for repeat in (0, 1):
        for entry in entries:
            mine = [
                each.name
                for who, each in playing.turns(entries, four, ["call_02"], repeat)
                if who is entry
            ]
            assert mine == ([each.name for each in four] if repeat == 0 else ["call_02"])


def test_every_system_has_a_name_of_its_own() -> None:
    names = [entry.name for entry in systems.every()]
    assert len(names) == len(set(names))
    assert names[0] == "offline_direct"


def test_what_the_recogniser_takes_is_not_the_frameworks_own_time() -> None:
    found = scripted_session.session(systems.engines_only(), scripted_session.engine_costs)
    for played in found.rounds[0].values():
        assert all(one.own_s > 0 and one.recogniser_s > 0 for one in played.values())
        assert all(one.compute_s > 0 for one in played.values())


def test_a_call_is_cut_with_its_words() -> None:
    whole = call("a call")
    cut = whole.until(5.0)
    assert cut.reference.seconds == 5.0
    assert len(cut.audio) == 5 * 16_000
    assert cut.reference.text.split() == [word.text for word in cut.reference.words]
    assert cut.reference.words == tuple(w for w in whole.reference.words if w.end <= 5.0)
