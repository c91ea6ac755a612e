"""How long a run goes on after Ctrl-C, from several moments of it, and whether it leaves anything.

On an idle machine: everything is waited for as long as it takes.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time
from pathlib import Path

from streamwer.cli.common.arguments import parse_seconds
from tests.pipeline.stoppable import alive, prepare, started

_MOMENTS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Seconds after the start: while it imports, while Ray and the model start, while it streams."""
_SETTLE_S = 1.0
"""What has not ended so long after the run has been left behind."""


def main() -> None:
    made = argparse.ArgumentParser(prog="python -m tools.time_interrupt", description=__doc__)
    made.add_argument(
        "moments",
        nargs="*",
        type=parse_seconds,
        default=_MOMENTS,
        metavar="SECONDS",
        help=f"after the start ({', '.join(map(str, _MOMENTS))})",
    )
    moments = made.parse_args().moments
    print(f"{'cluster':8} {'after, s':>8} {'ended in, s':>12} {'status':>7} {'left':>5}  said last")
    for where in ("local", "ray"):
        for moment in moments:
            with tempfile.TemporaryDirectory() as folder:
                print(f"{where:8} {moment:8.1f} {_interrupt_run(Path(folder), where, moment)}")


def _interrupt_run(folder: Path, where: str, moment: float) -> str:
    prepare(folder, long_s=20.0)
    process = started(folder, where)
    time.sleep(moment)
    os.killpg(process.pid, signal.SIGINT)
    began = time.perf_counter()
    said = process.communicate()[1].strip().splitlines()
    took = time.perf_counter() - began
    time.sleep(_SETTLE_S)
    left = len(list(alive(process.pid)))
    return f"{took:12.2f} {process.returncode:7} {left:5}  {said[-1] if said else ''}"


if __name__ == "__main__":
    main()
