"""How fast many short recordings go through every stage, and how much memory each stage needs.

Usage: OPENBLAS_NUM_THREADS=1 python -m tools.time_scale [ROWS] [PHASE …]

Every phase is a process of its own, so that its peak is its own. Recordings are 0.3 s long and the
worker knows what is said: what is measured is everything but the recogniser. Rows per processor
second are those of an idle machine.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.scale import phases

_DEFAULT = ("prepare", "in_process", "write", "score", "statistics", "over_ray")


def main(rows: int = 100_000, *chosen: str) -> None:
    print(f"{'phase':12} {'rows/s':>8} {'per cpu s':>10} {'peak MB':>8}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen or _DEFAULT:
            found = phases.measured(Path(folder), rows, name)
            rates = f"{rows / found.seconds:8.0f} {rows / found.busy:10.0f}"
            print(f"{name:12} {rates} {found.peak:8.0f}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:])
