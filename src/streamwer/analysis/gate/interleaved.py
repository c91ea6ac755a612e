"""The statistical tier of the gate: baseline and candidate run in turns on this machine, A B A B.

A is a revision's code with its own settings, or this tree's with other settings; B is this tree's.
Each run is a process of its own in a folder of its own, so that neither sees the other's code.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from streamwer import eventlog
from streamwer.alignment.aligned_manifest import read_aligned
from streamwer.analysis.gate import rules
from streamwer.analysis.gate.comparison import compare_runs, confirm_by_rerun
from streamwer.analysis.gate.verdict import Verdict
from streamwer.config import experiment
from streamwer.config.compose import compose_config
from streamwer.config.folders import EVENTS, PREPARED
from streamwer.config.gate import GateConfig
from streamwer.config.params_file import PARAMS
from streamwer.config.scoring import ScoringConfig
from streamwer.errors import StreamwerError
from streamwer.metrics import store
from streamwer.metrics.store import SignedScores
from streamwer.text.normalise import get_normaliser

_SHARED = (PREPARED, Path("models"))
"""What both read and neither writes, relative to the folder that a run works in."""


@dataclass(frozen=True)
class CodeVersion:
    """A checkout whose code runs, with its settings; `name` is for people."""

    name: str
    code: Path
    params: Mapping[str, Any]


def judge_interleaved(
    revision: str,
    baseline_settings: Sequence[str],
    settings: Sequence[str],
    tell: Callable[[str], None],
) -> list[Verdict]:
    """Run baseline and candidate in turns and judge every system of the gate.

    Args:
        revision: the Git revision that is the baseline.
        baseline_settings: where there are any, this tree with them is the baseline instead.
        settings: of the candidate, and of the gate.
        tell: is given a line before each run.

    Raises:
        StreamwerError: one of them cannot be run; names it, and why.
    """
    ours = compose_config(["gate=statistical", *settings])
    chosen = experiment.parse_config(ours)
    rules.check_gate(chosen.gate)
    with tempfile.TemporaryDirectory(prefix="gate-") as scratch:
        candidate = CodeVersion("this tree", Path.cwd(), _to_plain(ours))
        with _open_baseline(revision, baseline_settings, Path(scratch), ours) as base:
            tell(f"A: {base.name}; B: {candidate.name}; {chosen.gate.runs} runs of each")
            runs = _Runs((base, candidate), chosen.gate, chosen.scoring, Path(scratch), tell)
            return [runs.judge_system(name) for name in chosen.gate.systems]


@contextmanager
def _open_baseline(
    revision: str, settings: Sequence[str], scratch: Path, ours: DictConfig
) -> Iterator[CodeVersion]:
    if settings:
        chosen = compose_config(["gate=statistical", *settings])
        name = f"this tree with {' '.join(settings)}"
        yield CodeVersion(name, Path.cwd(), _to_plain(chosen))
        return
    revision = _run_git("rev-parse", "--short", "--verify", f"{revision}^{{commit}}").strip()
    tree = scratch / "baseline"
    _run_git("worktree", "add", "--detach", str(tree), revision)
    try:
        params = OmegaConf.load(tree / PARAMS)
        if not isinstance(params, DictConfig):
            raise StreamwerError(f"{revision}: its {PARAMS} is not a mapping")
        yield CodeVersion(
            f"revision {revision}", tree, _share_cluster(_to_plain(ours), _to_plain(params))
        )
    finally:
        _run_git("worktree", "remove", "--force", str(tree))


def _share_cluster(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Give both the same workers: how many share the machine shows in what is measured.

    But no key that their code does not know, and would refuse.
    """
    known = theirs.get("cluster", {})
    shared = {key: value for key, value in ours["cluster"].items() if key in known}
    return {**theirs, "cluster": {**known, **shared}}


def _to_plain(params: DictConfig) -> dict[str, Any]:
    """Drop the schema of this code, which another revision may not share."""
    return {str(key): value for key, value in OmegaConf.to_container(params).items()}  # type: ignore[union-attr]


def _run_git(*arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise StreamwerError(f"git {arguments[0]}: {ran.stderr.strip()}")
    return ran.stdout


@dataclass(frozen=True)
class _Runs:
    versions: tuple[CodeVersion, CodeVersion]
    gate: GateConfig
    scoring: ScoringConfig
    scratch: Path
    tell: Callable[[str], None]

    def judge_system(self, system: str) -> Verdict:
        """Judge a system; a regression counts only if a second round of runs confirms it."""

        def judge_round(number: int) -> Verdict:
            runs: tuple[list[SignedScores], list[SignedScores]] = ([], [])
            for turn in range(1, self.gate.runs + 1):
                for letter, version, scored in zip("AB", self.versions, runs, strict=True):
                    self.tell(f"{system}: round {number}, {letter}{turn}")
                    folder = self.scratch / f"{system}-{number}-{letter}{turn}"
                    scored.append(self.play(version, system, folder))
            return compare_runs(system, *runs, self.gate, self.scoring.confidence)

        return confirm_by_rerun(judge_round)

    def play(self, version: CodeVersion, system: str, folder: Path) -> SignedScores:
        """Stream in a process of its own, and score here: both by the same rules.

        Args:
            version: the checkout.
            system: its name.
            folder: in which the process runs.
        """
        _link_checkout(folder, version.params, system, self.gate)
        paths = os.pathsep.join([str(version.code / "src"), str(version.code)])
        ran = subprocess.run(
            [sys.executable, "-m", "pipeline.stream", "--system", system],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise StreamwerError(f"{version.name}, {system}: {_get_last_line(ran.stderr)}")
        log = eventlog.read_log(folder / EVENTS / system)
        return store.score_and_sign(read_aligned(), log, get_normaliser(self.scoring.normaliser))


def _link_checkout(folder: Path, params: Mapping[str, Any], system: str, gate: GateConfig) -> None:
    """Make a folder that is a checkout to the stage `stream`, with the clock of the gate."""
    for shared in _SHARED:
        link = folder / shared
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(shared.resolve())
    systems = params.get("systems", {})
    if system not in systems:
        known = ", ".join(map(str, systems))
        raise StreamwerError(f"gate.systems: no system {system!r} on one side, which has {known}")
    clock = {key: value for key, value in vars(gate.clock).items() if value is not None}
    chosen = {system: {**systems[system], "clock": None}}
    OmegaConf.save(OmegaConf.create({**params, "clock": clock, "systems": chosen}), folder / PARAMS)


def _get_last_line(text: str) -> str:
    lines: Sequence[str] = text.strip().splitlines() or ["it ended without a word"]
    return lines[-1].removeprefix("error: ")
