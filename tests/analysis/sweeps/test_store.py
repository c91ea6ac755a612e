"""Finished points are found again, never half of one, and never too many."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pandas as pd
import pytest

from streamwer.analysis.sweeps.store import PointStore
from streamwer.provenance import digests
from tests.analysis.sweeps import made_up

TABLES = made_up.score_system("careful", 1.0)


def test_what_was_put_comes_back(tmp_path: Path) -> None:
    store = PointStore(tmp_path / "store", keep=3)
    assert store.read("a") is None
    store.write("a", TABLES)
    store.write("a", TABLES)
    back = store.read("a")
    assert back is not None
    pd.testing.assert_frame_equal(back.scores.recordings, TABLES.scores.recordings)
    assert back.signature == TABLES.signature
    pd.testing.assert_frame_equal(back.scores.words, TABLES.scores.words)


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    store = PointStore(tmp_path, keep=2)
    for at, key in enumerate("ab"):
        store.write(key, TABLES)
        os.utime(tmp_path / key, (at, at))
    assert store.read("a") is not None
    store.write("c", TABLES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]


def test_what_a_killed_process_left_is_no_entry_and_is_cleared(tmp_path: Path) -> None:
    left = tmp_path / f"a.{platform.node()}-999999999.partial"
    left.mkdir(parents=True)
    store = PointStore(tmp_path, keep=2)
    assert store.read("a") is None
    store.write("b", TABLES)
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_damaged_entry_is_none_and_in_nobodys_way(tmp_path: Path) -> None:
    store = PointStore(tmp_path, keep=2)
    store.write("a", TABLES)
    (tmp_path / "a" / "words.parquet").write_bytes(b"")
    assert store.read("a") is None
    store.write("a", TABLES)
    assert store.read("a") is not None


def test_a_digest_changes_with_bytes_and_names_but_not_with_the_place(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.bin").write_bytes(b"weights")
    one, other = tmp_path / "one", tmp_path / "other"
    assert digests.digest_files([one]) == digests.digest_files([other])
    (other / "model.bin").rename(other / "model.old")
    assert digests.digest_files([one]) != digests.digest_files([other])
    (other / "model.old").rename(other / "model.bin")
    (other / "model.bin").write_bytes(b"Weights")
    assert digests.digest_files([one]) != digests.digest_files([other])


def test_a_missing_file_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        digests.digest_files([tmp_path / "gone"])
