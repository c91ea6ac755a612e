"""Find out how many calls at once one worker carries within the service level of conf/slo.

The largest number is bracketed for each of some seeds of the arrivals, and the loads around it are
played as well, for the curve. With clock=profile (the default) the result is the same on every
machine, and recogniser results are used again. docs/load.md says what counts.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median_low
from typing import Any

from lab.capacity import document
from lab.capacity.playing import Span
from lab.capacity.systems import Systems
from streamwer._util import processes
from streamwer.analysis.capacity.figures import LoadFigures, slo_violations
from streamwer.analysis.capacity.machine import read_machine
from streamwer.analysis.capacity.search import CapacityEstimate, estimate_capacity, find_largest
from streamwer.analysis.capacity.study import (
    SECONDS,
    WARM_UP_S,
    CapacityStudy,
    ServiceLevel,
    SystemCapacity,
    read_study,
)
from streamwer.cli.common.arguments import build_parser, parse_count, parse_seconds
from streamwer.cli.common.run_command import stage_command
from streamwer.config import load as load_config
from streamwer.config.compose import load_config as compose
from streamwer.config.experiment import ExperimentConfig
from streamwer.config.load import LoadConfig, SloConfig
from streamwer.config.settings import check_settings
from streamwer.errors import ConfigError, LogError
from streamwer.provenance.choices import format_choice
from streamwer.reports import files
from streamwer.runners.hardware import count_cores
from streamwer.runners.worker import reserve_worker_cores

REPORTS = Path("reports/capacity")
_DEFAULTS = {"clock": "profile", "load": "fixed"}
_SHARES = (0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5)
"""Of the capacity: the loads of the curve."""


@stage_command
def main() -> int:
    args = create_parser().parse_args()
    studied = [_compose_settings(args, level) for level in args.slo or [None]]
    settings = studied[0]
    systems = Systems(settings, Span(args.seconds, args.warm_up))
    names = args.system or settings.compare
    for name in names:
        systems.build_system(name)  # refused before the first of them is played
    folders = [_choose_folder(args, each.slo.name, len(studied)) for each in studied]
    levels = [ServiceLevel(_name_load(s.load), s.slo, args.seconds, args.warm_up) for s in studied]
    for folder, level in zip(folders, levels, strict=True):
        _refuse_to_overwrite(folder, level, settings.clock.name, names)
        files.check_writable(folder)
    have = count_cores()  # before a worker keeps to some of its own
    for name in names:
        with (
            reserve_worker_cores(systems.build_system(name)),
            closing(Playing(name, systems, settings.load.seed, args)) as playing,
        ):
            print(f"{name}: each call alone first", file=sys.stderr)
            for folder, level in zip(folders, levels, strict=True):
                study = CapacityStudy(folder.name, level, {name: playing.measure(level.slo)})
                update_study(folder, study, {name: playing.describe_machine(have)})
    for folder in folders:
        print((folder / document.TABLE).read_text(encoding="utf-8"))
        print(f"written: {folder}", file=sys.stderr)
    return 0


def create_parser() -> argparse.ArgumentParser:
    """The command line."""
    choices = "as for Hydra: load=poisson, load.schedule=batched, slo=patient, model=…"
    made = build_parser("lab.capacity", __doc__, choices)
    add = made.add_argument
    add("--system", action="append", help="one system; may be repeated (all that are compared)")
    add("--slo", action="append", help="one of conf/slo; may be repeated (that of slo=…)")
    add("--seconds", type=parse_seconds, default=SECONDS, help="calls begin for so long, s (60)")
    add("--warm-up", type=parse_seconds, default=WARM_UP_S, help="they count after so long, s (20)")
    add("--repeats", type=parse_count, default=6, help="seeds of the arrivals (6)")
    add("--most", type=parse_count, default=512, help="largest number of calls that is tried (512)")
    add("--name", type=_parse_name, help="folder of the study (the name of its service level)")
    add("--out", type=Path, default=REPORTS, help=f"where the folders of studies are ({REPORTS})")
    return made


def _compose_settings(args: argparse.Namespace, level: str | None) -> ExperimentConfig:
    chosen = {override.partition("=")[0] for override in args.overrides}
    defaults = [f"{key}={value}" for key, value in _DEFAULTS.items() if key not in chosen]
    settings = compose([*defaults, *args.overrides, *([f"slo={level}"] if level else [])])
    check_settings("slo", settings.slo)
    load_config.refuse_stream_count(
        settings.load, args.overrides, "leave it out (--most limits it)"
    )
    if settings.load.alone:
        raise ConfigError("load=alone has one call at a time: choose poisson, fixed or together")
    if args.warm_up >= args.seconds:
        raise ConfigError(f"--warm-up {args.warm_up:g} must be below --seconds {args.seconds:g}")
    return settings


def _choose_folder(args: argparse.Namespace, level: str, levels: int) -> Path:
    parts = [args.name, level if levels > 1 or not args.name else None]
    name = "_".join(part for part in parts if part)
    return Path(args.out) / name


def _refuse_to_overwrite(
    folder: Path, level: ServiceLevel, clock: str, names: Sequence[str]
) -> None:
    """What others took hours to measure at another level goes only where it is measured anew."""
    earlier = _read_earlier_study(folder)
    others = {n: s for n, s in earlier.systems.items() if n not in names} if earlier else {}
    clocks = {each.signature.method.clock.partition("(")[0] for each in others.values()}
    if earlier and others and (earlier.level != level or clocks != {clock}):
        raise ConfigError(
            f"{folder}: holds {', '.join(sorted(others))} at another level (service level, load,"
            " seconds, warm-up or clock): give this study a --name of its own, or measure those too"
        )


class Playing:
    """Plays one system at every load that a search asks for, at each of them once.

    Args:
        name: of the system.
        systems: of the study.
        seed: the first one of the arrivals.
        args: the command line.
    """

    def __init__(self, name: str, systems: Systems, seed: int, args: argparse.Namespace) -> None:
        self._name, self._systems, self._most = name, systems, args.most
        self._seeds = range(seed, seed + args.repeats)
        self._began = time.perf_counter()
        self._worker = systems.build_worker(name)
        self._runs: dict[tuple[int, int], LoadFigures] = {}
        self._peaks: dict[int, int] = {}

    def close(self) -> None:
        """End what was started to play it."""
        self._worker.close()

    def measure(self, slo: SloConfig) -> SystemCapacity:
        """The capacity at one service level, with the curve around it."""
        bounds: list[int] = []
        for seed in self._seeds:
            guess = max(1, median_low(bounds)) if bounds else self._worker.guess
            bounds.append(find_largest(partial(self._meets_slo, slo, seed), self._most, guess))
        capacity = estimate_capacity(bounds)
        for streams in self._choose_loads(capacity):
            for seed in self._seeds:
                if (streams, seed) not in self._runs:
                    self._meets_slo(slo, seed, streams)
        runs = tuple(self._runs[key] for key in sorted(self._runs))
        return SystemCapacity(self._systems.sign_capacity(self._name), capacity, runs)

    def describe_machine(self, cores: int) -> dict[str, Any]:
        """What it took so far, on a machine with so many cores."""
        seconds = time.perf_counter() - self._began
        system = self._systems.build_system(self._name)
        return document.describe_machine(system, cores, seconds, self._peaks)

    def _meets_slo(self, slo: SloConfig, seed: int, streams: int) -> bool:
        found = self._measure_load(streams, seed)
        missed = slo_violations(found, slo)
        print(f"{self._name}, {slo.name}: {document.format_run(found, missed)}", file=sys.stderr)
        return not missed

    def _measure_load(self, streams: int, seed: int) -> LoadFigures:
        if (streams, seed) not in self._runs:
            processes.reset_peak_memory()
            self._runs[streams, seed] = self._worker.run(streams, seed)
            self._peaks[streams] = max(self._peaks.get(streams, 0), processes.read_peak_memory_mb())
        return self._runs[streams, seed]

    def _choose_loads(self, capacity: CapacityEstimate) -> list[int]:
        """The loads around a capacity; where it is 0, a few that the worker could compute."""
        middle = capacity.value or self._worker.guess
        shares = _SHARES if capacity.value else (0, 0.5, 1)
        return sorted({min(self._most, max(1, round(share * middle))) for share in shares})


def update_study(folder: Path, study: CapacityStudy, facts: dict[str, dict[str, Any]]) -> None:
    """Write a study; systems that were measured before at the same level stay in it."""
    joined = study.merge(_read_earlier_study(folder))
    known = read_machine(folder) if joined is not study else {}
    files.write_files(folder, document.render(joined, {**known, **facts}))


def _read_earlier_study(folder: Path) -> CapacityStudy | None:
    """What is kept there; what this version cannot read is measured anew and written over."""
    try:
        return read_study(folder)
    except LogError:
        return None


def _name_load(load: LoadConfig) -> str:
    """How calls arrive, without how many and from which seed: each run tells its own."""
    left_out = ("streams", "seed", "calls_per_s")
    return format_choice({k: v for k, v in asdict(load).items() if k not in left_out})


def _parse_name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a name: a-z, 0-9 and _")
    return text
