"""A disk without room for what a run finishes, or for its event log."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.pipeline.resumable import OUT, RUN, Folder


def tmpfs(*steps: str) -> tuple[str, ...]:
    """A shell with a small disk of its own; what is mounted there goes with it."""
    shell = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-ec")
    probe = (*shell, "mount -t tmpfs -o size=16k tmpfs /mnt")
    if (
        not shutil.which("unshare")
        or subprocess.run(probe, check=False, timeout=PATIENCE_S).returncode
    ):
        pytest.skip("this machine lets nobody but root mount a disk")
    return (*shell, "\n".join(steps))


def test_a_full_disk_is_one_clear_line_and_what_is_finished_stays(tmp_path: Path) -> None:
    names = tuple(f"call-{at:02}" for at in range(12))
    folder = Folder(tmp_path, names=names)
    run = " ".join((*RUN, "run", OUT.name))
    said = folder.run(
        *tmpfs(
            "mkdir -p data/finished",
            "mount -t tmpfs -o size=32k tmpfs data/finished",
            f"{run} && exit 9",
            "ls data/finished/entries/*/* | wc -l",
            "mount -o remount,size=1m data/finished",
            run,
        )
    )
    assert "error: data/finished: cannot be written (No space left on device); make room" in said
    assert "Traceback" not in said
    kept, *_ = said.splitlines()
    assert 3 <= int(kept) <= 8, said
    assert f"{kept} of 12 recordings taken from data/finished" in said
    calls = folder.calls()
    assert sorted({*calls}) == sorted(names)
    assert len(calls) == 13  # only the one that found no room


def test_a_disk_without_any_room_is_one_clear_line(tmp_path: Path) -> None:
    said = Folder(tmp_path).run(
        *tmpfs(
            "mkdir -p data/finished",
            "mount -t tmpfs -o size=4k tmpfs data/finished",
            "head -c 4096 /dev/zero > data/finished/other",
            " ".join((*RUN, "run", OUT.name)),
        ),
        status=1,
    )
    assert said.startswith("error: data/finished: cannot be written (No space left on device)")
    assert said.count("\n") == 1


def test_a_log_that_does_not_fit_leaves_the_earlier_one(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    run = " ".join((*RUN, "run", OUT.name))
    said = folder.run(
        *tmpfs(
            "mkdir -p data/events",
            "mount -t tmpfs -o size=1m tmpfs data/events",
            run,
            "md5sum data/events/*/* > before; grep -v measured before > said",
            "mount -o remount,size=$(( $(du -sk data/events | cut -f1) + 8 ))k data/events",
            f"{run} && exit 9",
            "md5sum -c before; ls data/events/*",
            "mount -o remount,size=1m data/events",
            run,
            "md5sum -c said",
        )
    )
    assert f"error: {OUT}: cannot be written (No space left on device); make room" in said
    assert "Traceback" not in said
    assert said.count("events.parquet: OK") == 2
    assert ".partial" not in said
    assert said.count("3 of 3 recordings taken") == 1
