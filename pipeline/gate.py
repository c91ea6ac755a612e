"""Stage `gate`: is this tree worse than the committed baseline, by more than chance and floors?

It runs the systems of `gate.systems` with the clock of `gate.clock`, on the data set and with the
model of the gate; where it has none, on the prepared data set with the run's own.
Exit status: 0 pass, 1 regression, 2 the gate could not run, 3 not comparable, 4 too many failures.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from lab import gate_in_turns
from pipeline import compose
from pipeline.align import references
from pipeline.prepare import PREPARED
from pipeline.stream import stream_from
from streamwer.analysis.gate import baseline, rules
from streamwer.analysis.gate.comparing import compare
from streamwer.analysis.gate.verdict import Exit, Verdict, exit_status
from streamwer.cli.gate import malfunctions
from streamwer.config import experiment
from streamwer.config.experiment import ClockConfig, Config
from streamwer.datasets.preparing import prepare
from streamwer.errors import LogError, StreamwerError
from streamwer.formats.manifest import read as read_manifest
from streamwer.metrics import store
from streamwer.metrics.store import Scored
from streamwer.provenance import digests
from streamwer.provenance.signature import UNKNOWN, Run, Signature, Subject
from streamwer.reports.gate.publishing import publish
from streamwer.runners.pool import Outcome
from streamwer.runners.run_log import event_log
from streamwer.text.normalise import normaliser
from streamwer.types import Reference

BASELINE = Path("reports/baseline")
VERDICT = Path("reports/gate")
OWN_DATA = Path("data/gate")
_EXPERIMENT = "an experiment: it was not judged"
_STALE = (
    "params.yaml, which was judged, is not conf/ composed: if conf/ was edited, run"
    " `python -m pipeline.compose --write` and then this again"
)


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
    settings = _choose_model(experiment.load())
    if not settings.gate.systems:
        raise StreamwerError("gate.systems is empty: name the systems that have a baseline")
    if settings.gate.dataset:
        prepare(settings.gate.dataset, OWN_DATA)
    if args.update_baseline:
        return _update(settings)
    verdicts = [_verdict(settings, name, stage=args.stage) for name in settings.gate.systems]
    if not args.stage and compose.stale():  # a stage's results hang on params.yaml alone
        verdicts = [replace(found, notes=(*found.notes, _STALE)) for found in verdicts]
    publish(verdicts, VERDICT)
    return exit_status(verdict for verdict in verdicts if _EXPERIMENT not in verdict.notes)


def _verdict(settings: Config, name: str, *, stage: bool) -> Verdict:
    folder = BASELINE / name
    committed = baseline.read(folder)
    if stage and (other := _other_settings(settings, name, committed.signature)):
        return Verdict(name, settings.gate.name, other, (_EXPERIMENT,))
    elsewhere = baseline.note(folder)
    if elsewhere:
        settings = replace(settings, gate=rules.widened(settings.gate))
    found = _compare(settings, name, committed, _play(settings, name))
    return replace(found, notes=(*found.notes, elsewhere)) if elsewhere else found


def _compare(settings: Config, name: str, committed: Scored, candidate: Scored) -> Verdict:
    return compare(name, [committed], [candidate], settings.gate, settings.scoring.confidence)


def _choose_model(settings: Config) -> Config:
    """Have every system run with the model of the gate, where it has one."""
    model = settings.gate.model
    if model is None:
        return settings
    systems = {name: replace(each, model=None) for name, each in settings.systems.items()}
    return replace(settings, model=model, systems=systems)


def _read_references(settings: Config) -> tuple[Reference, ...]:
    return read_manifest(OWN_DATA) if settings.gate.dataset else references()


def _play(settings: Config, name: str) -> Scored:
    """The candidate: one run of the system as it is in this tree, with the clock of the gate."""
    words = normaliser(settings.scoring.normaliser)
    system = experiment.system(_clocked(settings, settings.gate.clock), name)
    folder = OWN_DATA if settings.gate.dataset else PREPARED
    log = stream_from(folder, name, system, settings.cluster)
    return store.scored(_read_references(settings), log, words)


def _clocked(settings: Config, clock: ClockConfig) -> Config:
    systems = {name: replace(each, clock=None) for name, each in settings.systems.items()}
    return replace(settings, clock=clock, systems=systems)


def _other_settings(settings: Config, name: str, signature: Signature) -> tuple[str, ...]:
    """In what the settings differ from the baseline's, found out without running anything."""
    if name not in settings.systems:
        return (f"{name} is not among the systems of this run",)
    found = (*_other_subject(settings, name, signature.subject), *_other_data(settings, signature))
    return found or tuple(_other_clock(settings, name, signature.method.clock))


def _other_subject(settings: Config, name: str, theirs: Subject) -> Iterator[str]:
    # Not with the clock of the gate: there may be no hardware profile for this model or engine.
    mine = _run_of(settings, name, ClockConfig("unaware")).subject
    for key in ("policy", "engine", "language", "device", "compute_type"):
        if getattr(mine, key) != getattr(theirs, key):
            yield f"{key}: {getattr(mine, key)}, not {getattr(theirs, key)}"
    model, other = (each.model.partition("@")[0] for each in (mine, theirs))
    if model != other:
        yield f"model: {model}, not {other}"


def _other_clock(settings: Config, name: str, theirs: str) -> Iterator[str]:
    mine = _run_of(settings, name, settings.gate.clock).clock
    if mine != theirs:
        yield f"clock: {mine}, not {theirs}"


def _run_of(settings: Config, name: str, clock: ClockConfig) -> Run:
    """What a log of the system would say of itself, but for the digests of model and audio."""
    return event_log(Outcome(), experiment.system(_clocked(settings, clock), name), UNKNOWN).run


def _other_data(settings: Config, signature: Signature) -> Iterator[str]:
    method, spoken = signature.method, _read_references(settings)
    if digests.of_references(spoken) != method.references:
        yield "the data set has other recordings or reference texts"
    elif digests.of_times(spoken) != method.times:
        yield "the reference words have other times"
    name = settings.scoring.normaliser
    if name != method.normaliser.partition("@")[0]:
        yield f"normaliser: {name}, not {method.normaliser}"


def _update(settings: Config) -> int:
    """Write what the systems do now, once all of them are known to have done it."""
    played = {name: _play(settings, name) for name in settings.gate.systems}
    moved = []
    for name, candidate in played.items():
        folder = BASELINE / name
        with suppress(LogError):  # one of an older schema says nothing of what moved
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
