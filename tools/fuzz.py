"""Read changed audio, manifests and logs for some minutes: none may end in a traceback or a signal.

    python -m tools.fuzz --minutes 10

Each batch is read in a process of its own. What fails is printed with the seed that gives it again:
`--seed N --minutes 0` reads the batch of that seed alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from streamwer.audio.isolated_decoder import IsolatedDecoder
from tests.fuzz.corpus import make_corpus
from tests.fuzz.trying import try_inputs

BATCH = 500
"""Inputs of one process."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (10)")
    parser.add_argument("--seed", type=int, default=1, help="of the first batch (1)")
    parser.add_argument("--batch", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.batch:
        return read_batch(arguments.seed, arguments.batch)
    return run_batches(arguments.seed, arguments.minutes)


def run_batches(first: int, minutes: float) -> int:
    """Run one batch after the other; 1 if something failed."""
    deadline = time.monotonic() + 60 * minutes
    tried = failed = 0
    for seed in count(first):
        command = [sys.executable, "-m", "tools.fuzz", "--seed", str(seed), "--batch", str(BATCH)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        *_, last = ran.stdout.splitlines() or [""]
        tried += BATCH
        if ran.returncode:
            failed += max(1, ran.stderr.count("FAILED"))
            print(f"{ran.stderr}batch {seed}: status {ran.returncode}, at {last}", file=sys.stderr)
        if time.monotonic() >= deadline:
            break
    print(f"{tried} inputs tried, {failed} ended in a traceback or a signal")
    return int(failed > 0)


def read_batch(seed: int, cases: int) -> int:
    """Read the inputs of one seed; 1 if one failed."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = make_corpus(Path(folder), IsolatedDecoder())
        failures = list(try_inputs(inputs, seed, cases, lambda case: print(case, flush=True)))
    for each in failures:
        print(f"FAILED {each.name} {each.seed}: {each.reason}", file=sys.stderr)
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
