"""Stage `gate`: is this tree worse than the committed baseline, by more than chance and floors?

It runs the systems of `gate.systems` with the clock of `gate.clock`, on the data set and with the
model of the gate; where it has none, on the prepared data set with the run's own.
Exit status: 0 pass, 1 regression, 2 the gate could not run, 3 not comparable, 4 too many failures.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from functools import partial

from streamwer.analysis.gate import baseline, committed
from streamwer.analysis.gate.interleaved import judge_interleaved
from streamwer.analysis.gate.verdict import NOT_JUDGED, ExitStatus, combine_statuses
from streamwer.cli.common.arguments import parse_arguments
from streamwer.cli.common.gate_arguments import build_gate_parser
from streamwer.cli.common.recordings import show_recordings
from streamwer.cli.common.run_command import run_gate
from streamwer.config import experiment, params_file
from streamwer.config.experiment import ExperimentConfig
from streamwer.config.folders import BASELINE, GATE_DATA, GATE_REPORT
from streamwer.datasets.preparation import prepare_dataset
from streamwer.errors import StreamwerError
from streamwer.reports.gate.publishing import publish_verdicts


def main() -> int:
    return run_gate(lambda: _run(parse_arguments(build_gate_parser(__doc__))))


def _run(args: argparse.Namespace) -> int:
    if args.in_turns:
        tell = partial(print, flush=True)
        turns = judge_interleaved(args.against, args.against_settings, args.settings, tell)
        return publish_verdicts(turns, GATE_REPORT)
    settings = committed.choose_model(experiment.load_params())
    if not settings.gate.systems:
        raise StreamwerError("gate.systems is empty: name the systems that have a baseline")
    if settings.gate.dataset:
        prepare_dataset(settings.gate.dataset, GATE_DATA)
    return _update(settings) if args.update_baseline else _judge(settings, stage=args.stage)


def _judge(settings: ExperimentConfig, *, stage: bool) -> int:
    verdicts = [
        committed.judge_system(settings, name, show_recordings, experiments=not stage)
        for name in settings.gate.systems
    ]
    if not stage and params_file.is_stale():  # a stage's results hang on params.yaml alone
        note = params_file.STALE
        verdicts = [replace(verdict, notes=(*verdict.notes, note)) for verdict in verdicts]
    own = settings.gate.dataset and f"{settings.gate.dataset.name}, the gate's own recordings"
    publish_verdicts(verdicts, GATE_REPORT, played=(own or "this data set") if stage else "")
    judged = (verdict for verdict in verdicts if NOT_JUDGED not in verdict.notes)
    return combine_statuses(judged)


def _update(settings: ExperimentConfig) -> int:
    """Write what the systems do now, once all of them are known to have done it."""
    played = {
        name: committed.play_candidate(settings, name, show_recordings)
        for name in settings.gate.systems
    }
    moved = committed.compare_with_baselines(settings, played)
    for name, candidate in played.items():
        failed = (candidate.scores.recordings["failure"] != "").mean()
        if failed > settings.gate.max_failed:
            print(f"error: {name}: {failed:.1%} of recordings failed: no baseline", file=sys.stderr)
            return ExitStatus.FAILURES
    publish_verdicts(moved)
    for name, candidate in played.items():
        baseline.write_baseline(BASELINE / name, candidate)
        print(f"{BASELINE / name}: written; commit it with the change that moved it")
    return ExitStatus.PASS


if __name__ == "__main__":
    sys.exit(main())
