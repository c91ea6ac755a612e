"""`streaming-gate`: fail where a candidate's scores are worse than a baseline's."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from streamwer.analysis.gate.comparison import compare_runs, confirm_by_rerun
from streamwer.analysis.gate.rules import read_gate as gate_rules
from streamwer.analysis.gate.verdict import Verdict
from streamwer.cli.common.command_parser import CommandParser
from streamwer.cli.common.run_command import run_gate
from streamwer.config.scoring import ScoringConfig
from streamwer.errors import StreamwerError
from streamwer.metrics import store
from streamwer.metrics.store import SignedScores
from streamwer.provenance.signature import UNKNOWN, Signature, measures_hardware
from streamwer.reports.gate.publishing import publish_verdicts

Paths = Sequence[Path]
Systems = dict[str, list[SignedScores]]

_ABOUT = (
    "Hold a candidate's scores against a baseline's, by the rules of conf/gate. A folder of scores"
    " holds recordings.parquet, words.parquet and signature.json, as data/scores/NAME does; a"
    " folder of such folders stands for several systems, paired by name. Several folders of a side"
    " are repeated runs."
)
_EPILOG = (
    "Exit status: 0 pass, 1 a regression, 2 the gate could not run, 3 the results are not"
    " comparable, 4 too many recordings failed."
)
_SIGNED = "signature.json"
_ONE = "system"


def main(argv: Sequence[str] | None = None) -> int:
    """Judge what the command line names; return the exit status, which -h explains."""
    return run_gate(lambda: _run(build_gate_parser().parse_args(argv)))


def build_gate_parser() -> argparse.ArgumentParser:
    """Build the parser of the command."""
    built = CommandParser("streaming-gate", description=_ABOUT, epilog=_EPILOG, allow_abbrev=False)
    for side, about in (("baseline", "what was"), ("candidate", "what is to be judged")):
        built.add_argument(
            f"--{side}", type=Path, nargs="+", required=True, metavar="FOLDER", help=about
        )
    for side in ("baseline", "candidate"):
        built.add_argument(
            f"--confirm-{side}",
            type=Path,
            nargs="+",
            default=[],
            metavar="FOLDER",
            help=f"runs of the {side} in a second round, which a regression must show in as well",
        )
    built.add_argument(
        "--rules",
        metavar="NAME",
        help="a file of conf/gate, or the path of another (default: log for scores of another"
        " program's log, statistical where the clock of the baseline measures, else deterministic)",
    )
    built.add_argument(
        "-o", "--output", type=Path, metavar="FOLDER", help="for gate.json, gate.md and junit.xml"
    )
    return built


def _run(arguments: argparse.Namespace) -> int:
    if bool(arguments.confirm_baseline) != bool(arguments.confirm_candidate):
        raise StreamwerError("--confirm-baseline and --confirm-candidate go together")
    rounds = [(_read_runs(arguments.baseline), _read_runs(arguments.candidate))]
    if arguments.confirm_baseline:
        rounds.append(
            (_read_runs(arguments.confirm_baseline), _read_runs(arguments.confirm_candidate))
        )
    verdicts = [_judge(name, rounds, arguments.rules) for name in rounds[0][0]]
    return publish_verdicts(verdicts, arguments.output)


def _judge(name: str, rounds: Sequence[tuple[Systems, Systems]], rules: str | None) -> Verdict:
    gate = gate_rules(rules or _choose_rules(rounds[0][0][name][0].signature))

    def judge_round(number: int) -> Verdict:
        old, new = (side.get(name, []) for side in rounds[number - 1])
        return compare_runs(name, old, new, gate, ScoringConfig().confidence)

    return confirm_by_rerun(judge_round) if len(rounds) > 1 else judge_round(1)


def _choose_rules(baseline: Signature) -> str:
    if baseline.subject.policy == UNKNOWN:
        return "log"
    return "statistical" if measures_hardware(baseline.method.clock) else "deterministic"


def _read_runs(folders: Paths) -> Systems:
    """Read the runs of each system; a folder holds one run of one system, or of several."""
    runs: Systems = {}
    for folder in folders:
        for name, scored in _read_systems(folder).items():
            runs.setdefault(name, []).append(scored)
    return runs


def _read_systems(folder: Path) -> dict[str, SignedScores]:
    if (folder / _SIGNED).is_file():
        return {
            _ONE: store.read_scores(folder)
        }  # whatever the folders are called, they go together
    inside = sorted(path.parent for path in folder.glob(f"*/{_SIGNED}"))
    if not inside:
        raise StreamwerError(
            f"{folder}: no scores here; name a folder that the `score` stage wrote, such as"
            " data/scores/offline"
        )
    return {path.name: store.read_scores(path) for path in inside}
