"""Stage `score`: word errors and word latencies of one system, per recording and per word."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline.command import command
from pipeline.prepare import PREPARED
from pipeline.stream import EVENTS
from streamwer import config, eventlog
from streamwer.datasets import read_manifest
from streamwer.metrics import normaliser, store

SCORES = Path("data/scores")


@command
def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.score", description=__doc__)
    parser.add_argument("--system", required=True, help="a name under `systems` in params.yaml")
    args = parser.parse_args()
    normalise = normaliser(config.load().scoring.normaliser)
    log = eventlog.read(EVENTS / args.system)
    store.write(SCORES / args.system, store.scored(read_manifest(PREPARED), log, normalise))
    return 0


if __name__ == "__main__":
    sys.exit(main())
