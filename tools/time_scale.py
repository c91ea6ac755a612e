"""How fast many short recordings go through every stage, and how much memory each stage needs.

Every phase is a process of its own, so that its peak is its own. Recordings are 0.3 s long and the
worker knows what is said: what is measured is everything but the recogniser. Rows per processor
second are those of an idle machine with OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from streamwer.cli.common.arguments import parse_count
from tests.scale import phases

_DEFAULT = ("prepare", "in_process", "write", "score", "statistics", "over_ray")


def main() -> None:
    args = create_parser().parse_args()
    print(f"{'phase':12} {'rows/s':>8} {'per cpu s':>10} {'peak MB':>8}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in args.phases or _DEFAULT:
            found = phases.measured(Path(folder), args.rows, name)
            rates = f"{args.rows / found.seconds:8.0f} {args.rows / found.busy:10.0f}"
            print(f"{name:12} {rates} {found.peak:8}", flush=True)


def create_parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tools.time_scale", description=__doc__)
    made.add_argument(
        "rows", nargs="?", type=parse_count, default=100_000, help="recordings (100000)"
    )
    made.add_argument(
        "phases",
        nargs="*",
        type=parse_phase,
        metavar="PHASE",
        help=f"of {', '.join(phases.PHASES)}; each needs what those before it left; without any"
        f" {', '.join(_DEFAULT)}",
    )
    return made


def parse_phase(text: str) -> str:
    """The name of one, as the type of an argument."""
    if text not in phases.PHASES:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(phases.PHASES)}")
    return text


if __name__ == "__main__":
    main()
