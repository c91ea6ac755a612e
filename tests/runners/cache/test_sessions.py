"""A run that was interrupted goes on; one that was recorded is measured anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streamwer.runners.cache.sessions import MeasuringSessions, digest_folder

RUN = '{"policy": "offline"}'


class Place:
    """A checkout with a store, a log, and what DVC says of it."""

    def __init__(self, folder: Path) -> None:
        self.out, self.lock = folder / "data/events/offline", folder / "dvc.lock"
        self.sessions = MeasuringSessions(folder / "data/finished")

    def begin(self, *, anew: bool = False) -> str:
        self.sessions.release(self.lock)
        self.session = self.sessions.open(RUN, self.out, restart=anew)
        return self.session.name

    def end(self, said: str = "hello") -> None:
        self.out.mkdir(parents=True, exist_ok=True)
        (self.out / "events.parquet").write_text(said)
        self.sessions.end(RUN, self.out, self.session)

    def record(self) -> None:
        """As DVC does at the end of a stage."""
        outs = f"[{{path: data/events/offline, hash: md5, md5: {digest_folder(self.out)}}}]"
        self.lock.write_text(f"stages: {{stream@offline: {{outs: {outs}}}}}")

    def remove(self) -> None:
        """As DVC does before it runs a stage."""
        for file in self.out.glob("*"):
            file.unlink()
        self.out.rmdir()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_an_interrupted_run_goes_on_in_its_session(place: Place) -> None:
    assert place.begin() == place.begin()


def test_a_run_that_ended_and_was_not_recorded_goes_on(place: Place) -> None:
    """Killed after its log was whole, and before DVC knew of it."""
    first = place.begin()
    place.end()
    place.remove()
    assert place.begin() == first


def test_a_run_that_dvc_recorded_is_measured_anew(place: Place) -> None:
    first = place.begin()
    place.end()
    place.record()
    place.remove()
    second = place.begin()
    assert second != first
    assert place.begin() == second  # which may be interrupted in turn


def test_it_stays_recorded_though_the_lock_of_dvc_changes_later(place: Place) -> None:
    first = place.begin()
    place.end()
    place.record()
    place.sessions.release(place.lock)  # as the stage `score` does, which comes next
    place.lock.unlink()
    place.remove()
    assert place.begin() != first


def test_another_log_in_the_lock_records_nothing(place: Place) -> None:
    first = place.begin()
    place.end("an earlier run")
    place.record()
    place.end("this run")
    place.remove()
    assert place.begin() == first


def test_a_log_in_its_place_that_is_run_again_is_measured_anew(place: Place) -> None:
    """Without DVC: `python -m pipeline.stream` twice."""
    first = place.begin()
    place.end()
    assert place.begin() != first


def test_an_older_log_in_its_place_does_not_end_the_session(place: Place) -> None:
    place.begin()
    place.end()
    second = place.begin()
    assert place.begin() == second


def test_no_resuming_begins_anew(place: Place) -> None:
    assert place.begin(anew=True) != place.begin(anew=True)


def test_other_runs_and_other_places_have_sessions_of_their_own(place: Place) -> None:
    first = place.begin()
    assert place.sessions.open('{"policy": "other"}', place.out, restart=False).name != first
    assert place.sessions.open(RUN, place.out.with_name("twin"), restart=False).name != first


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"name": "x"}', b"\xff"])
def test_a_damaged_session_is_a_new_one(damage: bytes, place: Place, tmp_path: Path) -> None:
    first = place.begin()
    (file,) = (tmp_path / "data/finished/sessions").glob("*.json")
    assert json.loads(file.read_bytes())["name"] == first
    file.write_bytes(damage)
    assert place.begin() != first


@pytest.mark.parametrize("lock", ["", "<<<<<<< HEAD\nstages:", "stages: {a: {outs: [{}]}}", "[]"])
def test_a_lock_that_says_nothing_records_nothing(lock: str, place: Place) -> None:
    first = place.begin()
    place.end()
    place.remove()
    place.lock.write_text(lock)
    assert place.begin() == first
