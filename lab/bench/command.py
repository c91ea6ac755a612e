"""Play real Whisper models on real speech: each policy beside offline and LocalAgreement-2.

Prints tables and writes reports/benchmark.json. Plays the bundled calls, or the folders that
--speech names. It is meant for an idle machine, but counts its own processor time only.
docs/benchmark.md says what is measured.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.progress import Progress, TaskID

from lab.bench import document, machine, playing, speech_sets, systems, tables
from lab.bench.comparison import Comparison
from lab.bench.document import Findings
from lab.bench.figures import Figures, Outcome
from lab.bench.speech_sets import SpeechSet
from lab.bench.systems import BenchModel
from streamwer.cli.common.arguments import parse_count
from streamwer.cli.common.progress import create_progress
from streamwer.cli.common.run_command import stage_command
from streamwer.errors import ConfigError
from streamwer.reports import files

REPORT = Path("reports/benchmark.json")
_QUICK = 2
"""Recordings of each data set that a quick look plays."""


@stage_command
def main() -> int:
    args = _parse_arguments()
    destination = choose_destination(args.out, args.quick)
    if destination:
        files.check_writable(destination.parent)
    models, missing = systems.choose_found(args.models)
    for name in missing:
        _say(f"{name}: left out, its weights are not on this machine; name their folder instead")
    with create_progress() as bar:
        aligner = systems.choose(args.aligner) if args.aligner else models[-1]
        speech = _read_speech(args.speech, aligner, _QUICK if args.quick else None, bar)
        findings = Findings(speech, missing, not args.quick, machine=machine.read_facts())
        for model in models:
            findings.models[model.name] = _compare(model, speech, bar, args.peer_every)
    tables.show(findings)
    _write(findings, destination)
    return 0


def choose_destination(out: Path | None, quick: bool) -> Path | None:
    """Choose where the JSON goes: a quick look does not overwrite the committed report."""
    return out or (None if quick else REPORT)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lab.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--models",
        nargs="+",
        type=_split,
        default=[list(systems.MODELS)],
        metavar="MODEL",
        help="names that `streaming models` lists, or folders"
        f" ({' '.join(systems.MODELS)}; one whose weights are not here is left out)",
    )
    add(
        "--speech",
        nargs="+",
        action="extend",
        default=[],
        type=Path,
        metavar="DIR",
        help="audiofolders to play (data/calls); what is not English in them is left out",
    )
    add(
        "--aligner",
        metavar="MODEL",
        help="which model places words of which the data set does not say when they were spoken"
        " (the last of --models)",
    )
    add(
        "--peer-every",
        type=parse_count,
        default=1,
        metavar="N",
        help=f"play only one recording in N into {' and '.join(systems.DEAR)}, which"
        " take most of the time; they are compared on those (1)",
    )
    add("--quick", action="store_true", help=f"a quick look: {_QUICK} recordings of each data set")
    add("--out", type=Path, metavar="FILE", help=f"the JSON file ({REPORT}; with --quick, none)")
    args = parser.parse_args()
    args.models = [name for names in args.models for name in names]
    return args


def _split(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _read_speech(
    folders: Sequence[Path], aligner: BenchModel, most: int | None, bar: Progress
) -> list[SpeechSet]:
    """Read the folders, or the bundled calls where there are none.

    Raises:
        ConfigError: two of them have the same name.
    """
    configs = [speech_sets.configure(folder) for folder in folders or (None,)]
    names = [each.name for each in configs]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ConfigError(f"--speech: two data sets are called {twice}; rename a folder")
    found = []
    for each in configs:
        task = bar.add_task(f"word times of {each.name}", total=None)
        advance = partial(_advance_to, bar, task)
        found.append(speech_sets.read(each, aligner.config, most, advance))
        if found[-1].left_out:
            _say(f"{each.name}: {found[-1].left_out} recordings are left out, not being English")
    return found


def _compare(
    model: BenchModel, speech: Sequence[SpeechSet], bar: Progress, peer_every: int
) -> Comparison:
    """Play all speech into all systems of one model, in turns."""
    built = systems.build(model)
    loaded = playing.load_all(built)
    outcomes: dict[str, dict[str, Outcome]] = {name: {} for name in built}
    for each in speech:
        began = time.perf_counter()
        task = bar.add_task(f"{model.name}, {each.name}", total=len(each.calls) * len(built))
        advance = partial(bar.advance, task)
        played = playing.play_all(built, each.calls, loaded, advance, systems.DEAR, peer_every)
        for name, done in played.items():
            outcomes[name][each.name] = Outcome(each.take(done), done)
        spent = time.perf_counter() - began
        _say(f"{model.name}, {each.name}: {len(each.calls)} recordings played in {spent:.0f} s")
    return Comparison({name: Figures(of_sets) for name, of_sets in outcomes.items()})


def _advance_to(bar: Progress, task: TaskID, done: int, total: int) -> None:
    bar.update(task, completed=done, total=total)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _write(findings: Findings, path: Path | None) -> None:
    if path is None:
        print(f"{REPORT} is left as it was; --out FILE writes a quick look to a file")
        return
    files.write_files(path.parent, {path.name: document.render(findings)})
    print(f"written: {path}")
