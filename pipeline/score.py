"""Stage `score`: word errors and word latencies of one system, per recording and per word."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from streamwer import eventlog
from streamwer.alignment.aligned_manifest import iterate_aligned
from streamwer.alignment.model_under_test import refuse_aligned_by
from streamwer.cli.common.arguments import parse_arguments
from streamwer.cli.common.run_command import stage_command
from streamwer.config import experiment
from streamwer.config.folders import EVENTS, SCORES
from streamwer.metrics import store
from streamwer.metrics.batches import ScoreTally, score_in_batches
from streamwer.metrics.tables import read_server_cpu
from streamwer.runners.cache.sessions import MeasuringSessions
from streamwer.text.normalise import get_normaliser


@stage_command
def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.score", description=__doc__)
    parser.add_argument("--system", required=True, help="a name under `systems` in params.yaml")
    args = parse_arguments(parser)
    settings = experiment.load_params()
    MeasuringSessions(Path(settings.cache.folder)).release()  # DVC has just recorded the log
    folder, words = EVENTS / args.system, get_normaliser(settings.scoring.normaliser)
    log = eventlog.read_summary(folder)
    pause = settings.scoring.turn_pause_s
    signature = store.sign_scores(iterate_aligned(), log, words, pause)
    refuse_aligned_by(
        experiment.parse_alignment(settings.alignment), args.system, signature.subject.model
    )
    played = eventlog.iterate_recordings(folder)
    cpu = read_server_cpu(log.machine)
    parts = score_in_batches(iterate_aligned(), played, log.failures, words, pause, cpu)
    tally = ScoreTally()
    store.write_batches(SCORES / args.system, tally.count_batches(parts), signature)
    print(f"{args.system}: {tally.format_line()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
