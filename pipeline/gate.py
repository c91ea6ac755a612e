"""Stage `gate`: is this tree worse than the committed baseline, by more than chance and floors?

It runs the systems of `gate.systems` on the prepared data set with the clock of `gate.clock`.
Exit status: 0 pass, 1 regression, 2 the gate could not run, 3 not comparable, 4 too many failures.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline import gate_in_turns
from pipeline.align import references
from pipeline.prepare import PREPARED
from pipeline.stream import stream
from streamwer import config, digests
from streamwer.cli.gating import malfunctions
from streamwer.cluster import event_log
from streamwer.cluster.pool import Outcome
from streamwer.config import Config
from streamwer.datasets import read_manifest
from streamwer.errors import StreamwerError
from streamwer.gate import Exit, Verdict, baseline, publish
from streamwer.gate.comparing import compare
from streamwer.metrics import normaliser, store
from streamwer.metrics.differences import settings_of
from streamwer.metrics.store import Scored
from streamwer.signature import UNKNOWN, Signature

BASELINE = Path("reports/baseline")
VERDICT = Path("reports/gate")


def main() -> int:
    return malfunctions(lambda: _run(_parser().parse_args()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline.gate", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--stage",
        action="store_true",
        help="as a stage of the pipeline: with other settings or data than the baseline's it is an"
        " experiment, which is not judged and does not fail",
    )
    what.add_argument(
        "--update-baseline", action="store_true", help="write a new baseline and say what moved"
    )
    gate_in_turns.add_arguments(parser, what)
    return parser


def _run(args: argparse.Namespace) -> int:
    if args.in_turns:
        return publish(gate_in_turns.verdicts(args), VERDICT)
    settings = config.load()
    if not settings.gate.systems:
        raise StreamwerError("gate.systems is empty: name the systems that have a baseline")
    if args.update_baseline:
        return _update(settings)
    verdicts = [_verdict(settings, name, stage=args.stage) for name in settings.gate.systems]
    status = publish(verdicts, VERDICT)
    return Exit.PASS if args.stage and status == Exit.NOT_COMPARABLE else status


def _verdict(settings: Config, name: str, *, stage: bool) -> Verdict:
    folder = BASELINE / name
    committed = baseline.read(folder)
    if stage and (other := tuple(_other_settings(settings, name, committed.signature))):
        return Verdict(name, settings.gate.name, other, ("an experiment: it was not judged",))
    found = _compare(settings, name, committed, _play(settings, name))
    kind = baseline.note(folder) if found.changed else ""
    return replace(found, notes=(*found.notes, *([kind] if kind else [])))


def _compare(settings: Config, name: str, committed: Scored, candidate: Scored) -> Verdict:
    return compare(name, [committed], [candidate], settings.gate, settings_of(settings.scoring))


def _play(settings: Config, name: str) -> Scored:
    """The candidate: one run of the system as it is in this tree, with the clock of the gate."""
    words = normaliser(settings.scoring.normaliser)
    return store.scored(references(), stream(_clocked(settings), name), words)


def _clocked(settings: Config) -> Config:
    systems = {name: replace(each, clock=None) for name, each in settings.systems.items()}
    return replace(settings, clock=settings.gate.clock, systems=systems)


def _other_settings(settings: Config, name: str, signature: Signature) -> Iterator[str]:
    """In what the settings differ from the baseline's, found out without running anything."""
    if name not in settings.systems:
        yield f"{name} is not among the systems of this run"
        return
    system = config.system(_clocked(settings), name)
    mine, theirs = event_log(Outcome(), system, UNKNOWN).run.subject, signature.subject
    for key in ("policy", "engine", "language", "device", "compute_type"):
        if getattr(mine, key) != getattr(theirs, key):
            yield f"{key}: {getattr(mine, key)}, not {getattr(theirs, key)}"
    if mine.model.partition("@")[0] != theirs.model.partition("@")[0]:
        yield f"model: {system.model.name}, not {theirs.model}"
    if digests.of_references(read_manifest(PREPARED)) != signature.method.references:
        yield "the data set has other recordings or reference texts"
    if normaliser(settings.scoring.normaliser).signature != signature.method.normaliser:
        yield f"normaliser: {settings.scoring.normaliser}, not {signature.method.normaliser}"


def _update(settings: Config) -> int:
    """Write what the systems do now, once all of them are known to have done it."""
    played = {name: _play(settings, name) for name in settings.gate.systems}
    moved = []
    for name, candidate in played.items():
        folder = BASELINE / name
        if (folder / "signature.json").is_file():
            moved.append(_compare(settings, name, baseline.read(folder), candidate))
        failed = (candidate.scores.recordings["failure"] != "").mean()
        if failed > settings.gate.max_failed:
            print(f"error: {name}: {failed:.1%} of recordings failed: no baseline", file=sys.stderr)
            return Exit.FAILURES
    publish(moved)
    for name, candidate in played.items():
        baseline.write(BASELINE / name, candidate)
        print(f"{BASELINE / name}: written; commit it with the change that moved it")
    return Exit.PASS


if __name__ == "__main__":
    sys.exit(main())
