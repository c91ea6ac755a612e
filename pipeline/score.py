"""Stage `score`: word errors and word latencies of one system, per recording and per word."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline.align import references, refuse_model_under_test
from pipeline.command import command
from pipeline.stream import EVENTS
from streamwer import config, eventlog
from streamwer.metrics import normaliser, store

SCORES = Path("data/scores")


@command
def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.score", description=__doc__)
    parser.add_argument("--system", required=True, help="a name under `systems` in params.yaml")
    args = parser.parse_args()
    settings = config.load()
    log = eventlog.read(EVENTS / args.system)
    scored = store.scored(references(), log, normaliser(settings.scoring.normaliser))
    refuse_model_under_test(settings, args.system, scored.signature.subject.model)
    store.write(SCORES / args.system, scored)
    return 0


if __name__ == "__main__":
    sys.exit(main())
