"""A large file is read once, for as long as nobody touches it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from streamwer.models import digest_cache
from streamwer.provenance import digests

LARGE = 33 * 2**20


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = tmp_path / "model.bin"
    file.write_bytes(bytes(LARGE))
    return file


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read, in turn."""
    read: list[Path] = []
    real = digests.digest_file
    monkeypatch.setattr(digests, "digest_file", lambda file: read.append(file) or real(file))
    return read


def test_a_large_file_is_read_once(large: Path, readings: list[Path]) -> None:
    expected = hashlib.sha256(bytes(LARGE)).hexdigest()
    assert [digest_cache.digest_cached_file(large) for _ in range(3)] == [expected] * 3
    assert readings == [large]


def test_a_link_to_it_is_the_same_file(large: Path, readings: list[Path]) -> None:
    link = large.with_name("link.bin")
    link.symlink_to(large)
    assert digest_cache.digest_cached_file(large) == digest_cache.digest_cached_file(link)
    assert len(readings) == 1


def test_a_file_that_was_touched_is_read_again_even_if_its_date_is_put_back(
    large: Path, readings: list[Path]
) -> None:
    before, dates = digest_cache.digest_cached_file(large), large.stat()
    with large.open("r+b") as opened:
        opened.seek(LARGE // 2)
        opened.write(b"\1")
    os.utime(large, ns=(dates.st_atime_ns, dates.st_mtime_ns))
    assert digest_cache.digest_cached_file(large) != before
    assert len(readings) == 2


def test_a_note_that_is_no_digest_is_not_believed(large: Path, tmp_path: Path) -> None:
    expected = digest_cache.digest_cached_file(large)
    for note in (tmp_path / "cache/streamwer/digests").iterdir():
        note.write_text("half a dig")
    assert digest_cache.digest_cached_file(large) == expected


def test_a_small_file_is_always_read(tmp_path: Path, readings: list[Path]) -> None:
    file = tmp_path / "config.json"
    file.write_text("{}")
    assert digest_cache.digest_cached_file(file) == digest_cache.digest_cached_file(file)
    assert len(readings) == 2


def test_without_a_place_for_notes_it_only_takes_longer(
    large: Path, readings: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(large))  # a file
    assert digest_cache.digest_cached_file(large) == digest_cache.digest_cached_file(large)
    assert len(readings) == 2
