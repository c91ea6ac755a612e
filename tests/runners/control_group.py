"""A control group of Linux with little memory, where this process may make one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

_ROOT = Path("/sys/fs/cgroup")
_KINDS = (
    (_ROOT / "memory", "memory.limit_in_bytes"),  # version 1
    (_ROOT, "memory.max"),
)


@contextmanager
def limited_group(limit: int) -> Iterator[Path]:
    """A group whose processes have so many bytes together; the test is skipped where none can be.

    Yields:
        The file that takes the numbers of processes.
    """
    for root, key in _KINDS:
        group = root / f"streamwer-test-{os.getpid()}"
        with suppress(OSError):
            group.mkdir()
            try:
                if not (group / key).is_file():
                    continue
                (group / key).write_text(str(limit))
                with suppress(OSError):
                    (group / "memory.swap.max").write_text("0")
                yield group / "cgroup.procs"
                return
            finally:
                group.rmdir()
    pytest.skip("no control group with a memory limit can be made here")
