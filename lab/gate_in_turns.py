"""The statistical tier of the gate: baseline and candidate run in turns on this machine, A B A B.

A is a revision's code with its own settings, or this tree's with other settings; B is this tree's.
Each run is a process of its own in a folder of its own, so that neither sees the other's code.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from pipeline.align import references
from pipeline.prepare import PREPARED
from pipeline.stream import EVENTS
from streamwer import eventlog
from streamwer.analysis.gate import rules
from streamwer.analysis.gate.comparing import compare
from streamwer.analysis.gate.rerun_confirmation import confirmed
from streamwer.analysis.gate.verdict import Verdict
from streamwer.config import experiment
from streamwer.config.compose import composed
from streamwer.config.experiment import GateConfig, ScoringConfig
from streamwer.errors import StreamwerError
from streamwer.metrics import store
from streamwer.metrics.store import Scored
from streamwer.text.normalise import normaliser

_PARAMS = Path("params.yaml")
_SHARED = (PREPARED, Path("models"))
"""What both sides read and neither writes, relative to the folder that a run works in."""


@dataclass(frozen=True)
class Side:
    """What is run.

    Attributes:
        name: for people.
        code: the checkout whose code runs.
        params: its settings.
    """

    name: str
    code: Path
    params: Mapping[str, Any]


def add_arguments(parser: argparse.ArgumentParser, what: argparse._MutuallyExclusiveGroup) -> None:
    """The options of this tier."""
    what.add_argument(
        "--in-turns",
        action="store_true",
        help="instead of the committed baseline: run baseline and candidate in turns with the rules"
        " of conf/gate/statistical.yaml, and once more to confirm a regression",
    )
    parser.add_argument(
        "--against",
        metavar="REVISION",
        default="HEAD",
        help="with --in-turns: the Git revision that is the baseline (default: HEAD, so that"
        " changes not yet committed are judged)",
    )
    parser.add_argument(
        "--against-settings",
        nargs="+",
        metavar="KEY=VALUE",
        help="with --in-turns: the baseline is this tree with other settings instead",
    )
    parser.add_argument(
        "--settings",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help="with --in-turns: settings of the candidate, and of the gate (gate.runs=3)",
    )


def verdicts(args: argparse.Namespace) -> list[Verdict]:
    """Run both sides and judge every system of the rules.

    Raises:
        StreamwerError: a side cannot be run; names it, and why.
    """
    ours = composed(["gate=statistical", *args.settings])
    chosen = experiment.typed(ours)
    rules.check(chosen.gate)
    with tempfile.TemporaryDirectory(prefix="gate-") as scratch:
        candidate = Side("this tree", Path.cwd(), _plain(ours))
        with _baseline(args, Path(scratch), ours) as base:
            print(
                f"A: {base.name}; B: {candidate.name}; {chosen.gate.runs} runs of each", flush=True
            )
            return [
                _judged(name, base, candidate, chosen.gate, chosen.scoring, Path(scratch))
                for name in chosen.gate.systems
            ]


@contextmanager
def _baseline(args: argparse.Namespace, scratch: Path, ours: DictConfig) -> Iterator[Side]:
    if args.against_settings:
        chosen = composed(["gate=statistical", *args.against_settings])
        name = f"this tree with {' '.join(args.against_settings)}"
        yield Side(name, Path.cwd(), _plain(chosen))
        return
    revision = _git("rev-parse", "--short", "--verify", f"{args.against}^{{commit}}").strip()
    tree = scratch / "baseline"
    _git("worktree", "add", "--detach", str(tree), revision)
    try:
        params = OmegaConf.load(tree / _PARAMS)
        if not isinstance(params, DictConfig):
            raise StreamwerError(f"{revision}: its {_PARAMS} is not a mapping")
        yield Side(f"revision {revision}", tree, _with_cluster_of(_plain(ours), _plain(params)))
    finally:
        _git("worktree", "remove", "--force", str(tree))


def _with_cluster_of(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """The same workers for both: how many share the machine shows in what is measured.

    But no key that their code does not know, and would refuse.
    """
    known = theirs.get("cluster", {})
    shared = {key: value for key, value in ours["cluster"].items() if key in known}
    return {**theirs, "cluster": {**known, **shared}}


def _plain(params: DictConfig) -> dict[str, Any]:
    """Without the schema of this code, which another revision may not share."""
    return {str(key): value for key, value in OmegaConf.to_container(params).items()}  # type: ignore[union-attr]


def _git(*arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise StreamwerError(f"git {arguments[0]}: {ran.stderr.strip()}")
    return ran.stdout


def _judged(
    system: str,
    base: Side,
    candidate: Side,
    gate: GateConfig,
    scoring: ScoringConfig,
    scratch: Path,
) -> Verdict:
    def judge_round(number: int) -> Verdict:
        runs: tuple[list[Scored], list[Scored]] = ([], [])
        for turn in range(gate.runs):
            for side, found in zip((base, candidate), runs, strict=True):
                where = f"{'AB'[side is candidate]}{turn + 1}"
                print(f"{system}: round {number}, {where}", flush=True)
                folder = scratch / f"{system}-{number}-{where}"
                found.append(_play(side, system, gate, scoring, folder))
        return compare(system, *runs, gate, scoring.confidence)

    return confirmed(judge_round)


def _play(
    side: Side, system: str, gate: GateConfig, scoring: ScoringConfig, folder: Path
) -> Scored:
    """One run in a process of its own, scored here: both sides by the same rules."""
    _furnish(folder, side.params, system, gate)
    paths = os.pathsep.join([str(side.code / "src"), str(side.code)])
    ran = subprocess.run(
        [sys.executable, "-m", "pipeline.stream", "--system", system],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise StreamwerError(f"{side.name}, {system}: {_last_line(ran.stderr)}")
    log = eventlog.read(folder / EVENTS / system)
    return store.scored(references(), log, normaliser(scoring.normaliser))


def _furnish(folder: Path, params: Mapping[str, Any], system: str, gate: GateConfig) -> None:
    """A folder that looks like a checkout to the `stream` stage, with the clock of the gate."""
    for shared in _SHARED:
        place = folder / shared
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(shared.resolve())
    systems = params.get("systems", {})
    if system not in systems:
        known = ", ".join(map(str, systems))
        raise StreamwerError(f"gate.systems: no system {system!r} on one side, which has {known}")
    clock = {key: value for key, value in vars(gate.clock).items() if value is not None}
    mine = {system: {**systems[system], "clock": None}}
    OmegaConf.save(OmegaConf.create({**params, "clock": clock, "systems": mine}), folder / _PARAMS)


def _last_line(text: str) -> str:
    lines: Sequence[str] = text.strip().splitlines() or ["it ended without a word"]
    return lines[-1].removeprefix("error: ")
