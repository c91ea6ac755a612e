"""Measure what recogniser calls cost on this machine; write a profile for clock=profile.

Every way in which the compared systems call their models is timed on windows of the data set's
recordings, half of which are kept to check the fit. Run it on an idle machine; it takes a few
minutes. docs/clocks.md says what is fitted.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count as counting
from pathlib import Path

from lab.bench import playing
from lab.bench.playing import Call
from lab.calibration import checking, document, fitting, measuring, tables
from lab.calibration.checking import Contestant
from lab.calibration.scenes import LENGTHS_S, Scene, cut_scenes
from streamwer import recognisers
from streamwer.cli.common.arguments import build_parser, parse_count
from streamwer.cli.common.progress import create_progress
from streamwer.cli.common.run_command import stage_command
from streamwer.config import hardware
from streamwer.config.compose import find_conf_dir, load_config
from streamwer.config.experiment import ExperimentConfig, SystemConfig, build_system
from streamwer.config.hardware import CallCosts, HardwareConfig
from streamwer.errors import ConfigError, DatasetError
from streamwer.recognisers.stage_timer import NOW
from streamwer.reports import files
from streamwer.runners.hardware import name_processor

_NAME = re.compile(r"[a-z0-9_]+")


@stage_command
def main() -> int:
    args = _parse_arguments()
    settings = load_config(args.overrides)
    calls = playing.read_calls(settings.dataset)
    if args.check:
        return _check(settings, calls)
    folder = args.out or find_conf_dir() / "hardware"
    name = args.name or make_slug(name_processor())
    if not _NAME.fullmatch(name):
        raise ConfigError(f"--name {name!r} must be of small letters, digits and _")
    path = folder / f"{name}.yaml"
    before = read_earlier_profile(path, name)
    costs = calibrate(settings, calls, args.repeats, args.quantile)
    profile = HardwareConfig(name, before.processor, {**before.costs, **costs})
    files.write_files(folder, {path.name: document.render(profile)})
    print(f"written: {path}; use it with clock=profile hardware={name}")
    return 0


def _parse_arguments() -> argparse.Namespace:
    choices = "which systems' calls to measure, as for Hydra: model=tiny_en, policy=[offline], …"
    parser = build_parser("lab.calibration", __doc__, choices)
    parser.add_argument("--name", help="of the profile (that of the processor)")
    parser.add_argument("--repeats", type=parse_count, default=7, help="of each measurement (7)")
    parser.add_argument(
        "--quantile",
        type=_share,
        default=0.25,
        help="which of the repeats' times counts; lower on a machine that is not idle (0.25)",
    )
    parser.add_argument("--out", type=Path, help="folder to write to (conf/hardware)")
    parser.add_argument(
        "--check",
        action="store_true",
        help="measure nothing: play the calls with clock=measured and with clock=profile, compare",
    )
    return parser.parse_args()


def make_slug(processor: str) -> str:
    """A processor's name as the name of a file."""
    return "_".join(re.findall(r"[a-z0-9]+", processor.lower())) or "this_machine"


def read_earlier_profile(path: Path, name: str) -> HardwareConfig:
    """The profile that this one replaces or adds to; an empty one if there is none.

    Raises:
        ConfigError: it is of another processor, or no profile at all.
    """
    here = name_processor()
    before = document.read(path)
    if before and before.processor != here:
        raise ConfigError(
            f"{path}: measured on another processor ({before.processor}, not {here}): choose"
            " another --name, or remove the file"
        )
    return before or HardwareConfig(name, here)


def calibrate(
    settings: ExperimentConfig, calls: Sequence[Call], repeats: int, quantile: float
) -> dict[str, CallCosts]:
    """Measure, fit and show: the costs of each way in which the compared systems call models."""
    known = select_by_cost([build_system(settings, name) for name in settings.compare])
    loaded = {name: recognisers.load_recogniser(one) for name, one in known.items()}
    seen, unseen = split_scenes(calls)
    with create_progress() as bar:
        task = bar.add_task("windows", total=2 * repeats * len(LENGTHS_S))
        step = _announce(partial(bar.advance, task), 2 * repeats)
        # One half after the other would blame a slower hour on the fit.
        windows = [*seen, *unseen]
        both = measuring.measure(loaded, windows, repeats, quantile, step, choose_timer(known))
    fitted, kept = {}, {}
    for name, samples in both.items():
        middle = len(samples) // 2
        kept[name] = samples[middle:]
        fitted[name] = fitting.add_errors(fitting.fit(samples[:middle]), kept[name])
    for name, costs in fitted.items():
        tables.show_stages(costs, kept[name], name)
    tables.show_fit(fitted, kept)
    return fitted


def _announce(advance: Callable[[], None], rounds: int) -> Callable[[], None]:
    """Advance the bar, and after the first round of window lengths say how long all will take."""
    begin, done = time.monotonic(), counting(1)

    def step() -> None:
        advance()
        if next(done) == len(LENGTHS_S):
            minutes = (time.monotonic() - begin) * rounds / 60
            print(f"calibration: about {max(1, round(minutes))} min in all", file=sys.stderr)

    return step


def select_by_cost(systems: Sequence[SystemConfig]) -> dict[str, SystemConfig]:
    """One system for each way in which models are called."""
    return {hardware.make_cost_key(each.model, each.engine): each for each in reversed(systems)}


def choose_timer(systems: Mapping[str, SystemConfig]) -> Callable[[], float]:
    """Time of this process's own where one thread does all the work, else that of the world.

    The former leaves out the moments in which other programs had the core.
    """
    models = [each.model for each in systems.values()]
    alone = all(model.device == "cpu" and model.cpu_threads == 1 for model in models)
    return time.process_time if alone else time.perf_counter


def split_scenes(calls: Sequence[Call]) -> tuple[list[Scene], list[Scene]]:
    """Scenes to fit to, and scenes of other calls to check the fit with.

    Raises:
        DatasetError: there are fewer than two calls.
    """
    if len(calls) < 2:
        raise DatasetError(f"{len(calls)} recordings: a calibration needs two, choose a dataset")
    text = " ".join(call.reference.text for call in calls[:20])
    seen, unseen = ([call.audio for call in calls[i::2]] for i in (0, 1))
    return cut_scenes(seen, text, seed=0), cut_scenes(unseen, text, seed=1)


def _check(settings: ExperimentConfig, calls: Sequence[Call]) -> int:
    known = {name: build_system(settings, name) for name in settings.compare}
    contestants = [
        Contestant(
            name=name,
            system=one,
            recogniser=recognisers.load_recogniser(one),
            costs=hardware.find_costs(settings.hardware, one.model, one.engine),
        )
        for name, one in known.items()
    ]
    NOW.set(choose_timer(known))  # as the profile was measured
    with create_progress() as bar:
        task = bar.add_task("calls", total=len(calls) * len(contestants))
        lines = checking.check(contestants, calls, settings.scoring, partial(bar.advance, task))
    tables.show_check(lines)
    return 0


def _share(text: str) -> float:
    if not re.fullmatch(r"0?\.\d+|0|1|1\.0*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return float(text)
