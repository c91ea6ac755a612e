"""Stage `score`: word errors and word latencies of one system, per recording and per word."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline.align import each_reference, refuse_model_under_test
from pipeline.command import command
from pipeline.stream import EVENTS
from streamwer import config, eventlog
from streamwer.cluster.finished import Sessions
from streamwer.metrics import normaliser, store
from streamwer.metrics.in_parts import score_in_parts

SCORES = Path("data/scores")


@command
def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.score", description=__doc__)
    parser.add_argument("--system", required=True, help="a name under `systems` in params.yaml")
    args = parser.parse_args()
    settings = config.load()
    Sessions(Path(settings.finished.folder)).release()  # DVC has just recorded the log
    folder, words = EVENTS / args.system, normaliser(settings.scoring.normaliser)
    log = eventlog.about(folder)
    signature = store.sign(each_reference(), log, words)
    refuse_model_under_test(settings, args.system, signature.subject.model)
    played = eventlog.recordings(folder)
    parts = score_in_parts(each_reference(), played, log.failures, words)
    store.write_parts(SCORES / args.system, parts, signature)
    return 0


if __name__ == "__main__":
    sys.exit(main())
