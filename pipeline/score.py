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
from streamwer.metrics import normaliser, score

SCORES = Path("data/scores")


@command
def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.score", description=__doc__)
    parser.add_argument("--system", required=True, help="a name under `systems` in params.yaml")
    args = parser.parse_args()
    normalise = normaliser(config.load().scoring.normaliser)
    scores = score(read_manifest(PREPARED), eventlog.read(EVENTS / args.system), normalise)
    folder = SCORES / args.system
    folder.mkdir(parents=True, exist_ok=True)
    scores.recordings.to_parquet(folder / "recordings.parquet", index=False)
    scores.words.to_parquet(folder / "words.parquet", index=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
