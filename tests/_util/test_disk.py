"""A file is written whole or not at all, also where the disk is full."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from streamwer._util import disk
from streamwer.errors import StreamwerError


@pytest.fixture
def nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with room for eight bytes: the system writes what it can, then refuses."""
    room, real = 8, os.write

    def write(file: int, contents: memoryview) -> int:
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = real(file, contents[:room])
        room -= written
        return written

    monkeypatch.setattr(os, "write", write)


def test_it_is_replaced_in_one_move(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for contents in (b"first", b"", b"x" * 10**6):
        disk.replace_file(file, contents)
        assert file.read_bytes() == contents
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.usefixtures("nearly_full")
def test_what_does_not_fit_leaves_the_earlier_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "file"
    disk.replace_file(file, b"first")
    with (
        pytest.raises(
            StreamwerError, match=r"file: cannot be written \(No space left.*; make room"
        ),
        disk.explain_write_errors(file, "make room"),
    ):
        disk.replace_file(file, b"second")
    assert file.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [file]
