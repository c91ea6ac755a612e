"""Which files of a command line are one system."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamwer import eventlog
from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats.systems import add_baseline, group_systems
from tests.formats.calls import own_step


def event_log(folder: Path) -> Path:
    eventlog.write_log(folder, EventLog((own_step(0, 2.0, 2.5, "my"),)))
    return folder


def test_each_event_log_is_a_system_and_all_other_files_are_one(tmp_path: Path) -> None:
    one, two = event_log(tmp_path / "events" / "one"), event_log(tmp_path / "events" / "two")
    texts = [tmp_path / "a.txt", tmp_path / "b.txt"]
    apart = {"one": [one], "two": [two]}
    assert group_systems([one, two]) == apart
    assert group_systems([tmp_path / "events"]) == apart
    assert group_systems([one, tmp_path / "events"]) == apart
    assert group_systems(texts) == {"a.txt": texts}
    assert group_systems([texts[0], two, texts[1]]) == {"two": [two], "a.txt": texts}


def test_two_of_the_same_name_are_called_by_their_paths(tmp_path: Path) -> None:
    one, two = event_log(tmp_path / "old" / "offline"), event_log(tmp_path / "new" / "offline")
    assert list(group_systems([one, two])) == [str(one), str(two)]


def test_a_baseline_among_the_logs_is_not_scored_twice(tmp_path: Path) -> None:
    one, two = event_log(tmp_path / "one"), event_log(tmp_path / "two")
    found, name = add_baseline(group_systems([one, two]), tmp_path / "one" / ".." / "two")
    assert (list(found), name) == (["two", "one"], "two")
    found, name = add_baseline(group_systems([one]), two)
    assert (list(found), name) == (["two", "one"], "two")


def test_a_baseline_of_several_logs_is_refused(tmp_path: Path) -> None:
    one, _ = event_log(tmp_path / "one"), event_log(tmp_path / "two")
    with pytest.raises(LogError, match="2 event logs; name one of them"):
        add_baseline(group_systems([one]), tmp_path)
