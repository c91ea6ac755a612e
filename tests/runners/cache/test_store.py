"""The store never gives back what it was not given, and grows no larger than it may."""

from __future__ import annotations

import errno
import math
import os
import platform
from collections.abc import Callable
from pathlib import Path

import pytest

from streamwer._util import disk, processes
from streamwer.errors import StreamwerError
from streamwer.runners.cache.store import ResultStore
from tests.runners.cache.calls import label, make_steps

KEYS = [f"{at:02x}" * 32 for at in range(8)]
BLOCK = 4096


class Warned(list[str]):
    def __call__(self, text: str) -> None:
        self.append(text)


def fill_store(folder: Path, *, most_bytes: int = 10**9) -> tuple[ResultStore, Warned]:
    """One entry per key, each used a second after the one before."""
    warned = Warned()
    store = ResultStore(folder, most_bytes, warned)
    for at, key in enumerate(KEYS):
        store.write_entry(key, label(str(at)), make_steps(str(at), "hello"))
        os.utime(file_of(folder, key), (1000 + at, 1000 + at))
    return store, warned


def file_of(folder: Path, key: str) -> Path:
    return folder / "entries" / key[:2] / key[2:]


def list_kept(store: ResultStore) -> list[int]:
    return [at for at, key in enumerate(KEYS) if store.read_steps(key)]


def truncate_file(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-7])


def empty_file(file: Path) -> None:
    file.write_bytes(b"")


def swap_file(file: Path) -> None:
    file.write_bytes(file_of(file.parents[2], KEYS[3]).read_bytes())


@pytest.mark.parametrize("damage", [truncate_file, empty_file, swap_file])
def test_damage_is_said_once_and_costs_one_entry(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    store, warned = fill_store(tmp_path)
    file = file_of(tmp_path, KEYS[5])
    damage(file)
    assert store.read_steps(KEYS[5]) is None
    assert warned == [f"{file}: damaged, removed; its recording is streamed again"]
    assert list_kept(store) == [0, 1, 2, 3, 4, 6, 7]
    store.write_entry(KEYS[5], label("5"), make_steps("5", "again"))
    assert store.read_steps(KEYS[5]) == make_steps("5", "again")
    assert len(warned) == 1


def test_what_cannot_be_read_just_now_is_said_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many open files, or a file of another user: it may well be whole."""
    store, warned = fill_store(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", make_refusal(errno.EMFILE))
        assert store.read_label(KEYS[5]) is None
    assert [line.partition(": ")[2] for line in warned] == [
        "cannot be read (Too many open files); its recording is streamed again"
    ]
    monkeypatch.setattr(os, "utime", make_refusal(errno.EPERM))
    assert store.read_label(KEYS[5]) == label("5")
    assert len(warned) == 1


def make_refusal(why: int) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise OSError(why, os.strerror(why))

    return refuse


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    store, _ = fill_store(tmp_path, most_bytes=5 * BLOCK)
    assert store.read_label(KEYS[0]) == label("0")  # used just now
    store.shrink(since=math.inf)
    assert list_kept(store) == [0, 4, 5, 6, 7] or list_kept(store) == [0, 5, 6, 7]
    sizes = sum(place.size for place in store.list_entries())
    assert sizes <= 5 * BLOCK


def test_what_a_run_in_progress_used_stays_whatever_its_size(tmp_path: Path) -> None:
    store, _ = fill_store(tmp_path, most_bytes=1)
    store.shrink(since=1003.0)
    assert list_kept(store) == [3, 4, 5, 6, 7]


def test_what_a_killed_process_began_to_write_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whoever can tell that it is: on another host that shares the folder it may be at work."""
    store, _ = fill_store(tmp_path)

    def begin(_: Path, contents: bytes, beside: Path) -> None:
        beside.write_bytes(contents[:7])
        begun.append(beside)

    begun: list[Path] = []
    for host in ("other-host.example", "this-host.example"):
        with monkeypatch.context() as patched:
            patched.setattr(disk, "replace_file", begin)
            patched.setattr(platform, "node", lambda host=host: host)
            ResultStore(tmp_path, 1, Warned()).write_entry(KEYS[0], label(), make_steps("0"))
    assert [file.exists() for file in begun] == [True, True]
    monkeypatch.setattr(platform, "node", lambda: "this-host.example")
    store.shrink(since=math.inf)
    assert [file.exists() for file in begun] == [True, True]
    monkeypatch.setattr(processes, "is_alive", lambda number: number != str(os.getpid()))
    store.shrink(since=math.inf)
    assert [file.exists() for file in begun] == [True, False]


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = ResultStore(tmp_path / "file", 1, Warned())
    with pytest.raises(StreamwerError, match=r"file: cannot be written \(Not a directory\); make"):
        store.write_entry(KEYS[0], label(), make_steps("0"))
