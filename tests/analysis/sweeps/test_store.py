"""Finished points are found again, never half of one, and never too many."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pandas as pd
import pytest

from streamwer.analysis.sweeps.store import Store
from streamwer.provenance import digests
from tests.analysis.sweeps import made_up

TABLES = made_up.scored("careful", 1.0)


def test_what_was_put_comes_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", keep=3)
    assert store.get("a") is None
    store.put("a", TABLES)
    store.put("a", TABLES)
    back = store.get("a")
    assert back is not None
    pd.testing.assert_frame_equal(back.scores.recordings, TABLES.scores.recordings)
    assert back.signature == TABLES.signature
    pd.testing.assert_frame_equal(back.scores.words, TABLES.scores.words)


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    store = Store(tmp_path, keep=2)
    for at, key in enumerate("ab"):
        store.put(key, TABLES)
        os.utime(tmp_path / key, (at, at))
    assert store.get("a") is not None
    store.put("c", TABLES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]


def test_what_a_killed_process_left_is_no_entry_and_is_cleared(tmp_path: Path) -> None:
    left = tmp_path / f"a.{platform.node()}-999999999.partial"
    left.mkdir(parents=True)
    store = Store(tmp_path, keep=2)
    assert store.get("a") is None
    store.put("b", TABLES)
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_damaged_entry_is_none_and_in_nobodys_way(tmp_path: Path) -> None:
    store = Store(tmp_path, keep=2)
    store.put("a", TABLES)
    (tmp_path / "a" / "words.parquet").write_bytes(b"")
    assert store.get("a") is None
    store.put("a", TABLES)
    assert store.get("a") is not None


def test_a_digest_changes_with_bytes_and_names_but_not_with_the_place(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.bin").write_bytes(b"weights")
    one, other = tmp_path / "one", tmp_path / "other"
    assert digests.of_files([one]) == digests.of_files([other])
    (other / "model.bin").rename(other / "model.old")
    assert digests.of_files([one]) != digests.of_files([other])
    (other / "model.old").rename(other / "model.bin")
    (other / "model.bin").write_bytes(b"Weights")
    assert digests.of_files([one]) != digests.of_files([other])


def test_a_missing_file_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        digests.of_files([tmp_path / "gone"])
