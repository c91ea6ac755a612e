"""`streaming-gate`: is a candidate's result worse than a baseline's? From two folders of scores."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from streamwer.analysis.gate.comparing import compare
from streamwer.analysis.gate.rerun_confirmation import confirmed
from streamwer.analysis.gate.rules import read as gate_rules
from streamwer.analysis.gate.verdict import Exit, Verdict
from streamwer.cli.command import guarded
from streamwer.config.experiment import GateConfig, ScoringConfig
from streamwer.errors import StreamwerError
from streamwer.metrics import store
from streamwer.metrics.store import Scored
from streamwer.provenance.signature import measures
from streamwer.reports.gate.publishing import publish

Paths = Sequence[Path]
Systems = dict[str, list[Scored]]

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
    """Judge what the command line names.

    Returns:
        The exit status that `--help` explains.
    """
    return malfunctions(lambda: _run(parser().parse_args(argv)))


def malfunctions(run: Callable[[], int]) -> int:
    """What `run` returns; whatever goes wrong in it is 2, never the 1 of a regression."""
    try:
        return guarded(run)
    except Exception:  # noqa: BLE001 - Python's own status for it is 1
        traceback.print_exc()
        return Exit.USAGE


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise StreamwerError(f"{message} (streaming-gate -h lists the options)")


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    built = _Parser("streaming-gate", description=_ABOUT, epilog=_EPILOG, allow_abbrev=False)
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
        help="a file of conf/gate, or the path of another (default: statistical where the clock of"
        " the baseline measures, else deterministic)",
    )
    built.add_argument(
        "-o", "--output", type=Path, metavar="FOLDER", help="for gate.json, gate.md and junit.xml"
    )
    return built


def _run(arguments: argparse.Namespace) -> int:
    if bool(arguments.confirm_baseline) != bool(arguments.confirm_candidate):
        raise StreamwerError("--confirm-baseline and --confirm-candidate go together")
    rounds = [(_read(arguments.baseline), _read(arguments.candidate))]
    if arguments.confirm_baseline:
        rounds.append((_read(arguments.confirm_baseline), _read(arguments.confirm_candidate)))
    verdicts = [_verdict(name, rounds, arguments.rules) for name in rounds[0][0]]
    return publish(verdicts, arguments.output)


def _verdict(name: str, rounds: Sequence[tuple[Systems, Systems]], rules: str | None) -> Verdict:
    measured = measures(rounds[0][0][name][0].signature.method.clock)
    gate = gate_rules(rules or ("statistical" if measured else "deterministic"))

    def judge_round(number: int) -> Verdict:
        baseline, candidate = rounds[number - 1]
        return _compare(name, baseline.get(name, []), candidate.get(name, []), gate)

    return confirmed(judge_round) if len(rounds) > 1 else judge_round(1)


def _compare(
    name: str, baseline: Sequence[Scored], candidate: Sequence[Scored], gate: GateConfig
) -> Verdict:
    return compare(name, baseline, candidate, gate, ScoringConfig().confidence)


def _read(folders: Paths) -> Systems:
    """The runs of each system; each folder holds one run of one system, or of several."""
    found: Systems = {}
    for folder in folders:
        for name, scored in _systems(folder).items():
            found.setdefault(name, []).append(scored)
    return found


def _systems(folder: Path) -> dict[str, Scored]:
    if (folder / _SIGNED).is_file():
        return {_ONE: store.read(folder)}  # whatever the folders are called, they go together
    inside = sorted(path.parent for path in folder.glob(f"*/{_SIGNED}"))
    if not inside:
        raise StreamwerError(
            f"{folder}: no scores here; name a folder that the `score` stage wrote, such as"
            " data/scores/offline"
        )
    return {path.name: store.read(path) for path in inside}


if __name__ == "__main__":
    sys.exit(main())
