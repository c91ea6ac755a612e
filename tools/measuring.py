"""What work takes: processor seconds, to which other programs add little, and peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from streamwer._util import processes

ROOT = Path(__file__).parents[1]
T = TypeVar("T")
_RUN = """
import json, runpy, sys, time
sys.argv = sys.argv[1:]
try:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
finally:
    from streamwer._util import processes
    print(json.dumps([time.process_time(), processes.read_peak_memory_mb()]))
"""


@dataclass(frozen=True)
class Took:
    """What a process took, and what it printed."""

    seconds: float
    peak_mb: int
    said: str


def measure(what: str, work: Callable[[], T]) -> T:
    """Do it in this process, and print what it took; the peak is that since the process began."""
    begin = time.process_time()
    found = work()
    spent = time.process_time() - begin
    print(f"{what}: {spent:.2f} s, peak {processes.read_peak_memory_mb()} MB", flush=True)
    return found


def run(module: str, *arguments: str, folder: Path) -> Took:
    """`python -m module`, in a folder; its imports count, too.

    Raises:
        SystemExit: it fails; what it says of that is the message.
    """
    ended = subprocess.run(
        [sys.executable, "-c", _RUN, module, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise SystemExit(f"error: {module}: {ended.stderr.strip() or ended.stdout.strip()}")
    said, _, last = ended.stdout.rstrip("\n").rpartition("\n")
    seconds, peak_mb = json.loads(last)
    return Took(seconds, peak_mb, said)
