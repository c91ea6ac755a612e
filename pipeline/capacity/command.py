"""Find out how many calls at once one worker carries within the service level of conf/slo.

The largest number is bracketed for each of some seeds of the arrivals, and the loads around it are
played as well, for the curve. With clock=profile (the default) the result is the same on every
machine, and recogniser results are used again. docs/load.md says what counts.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path
from statistics import median_low

from pipeline.align import references
from pipeline.capacity import document
from pipeline.capacity.document import Result
from pipeline.capacity.playing import Span, Worker
from pipeline.command import command, count
from pipeline.prepare import PREPARED
from streamwer import audio, config, load_config, recognisers
from streamwer.capacity import Figures, broken, estimate, largest
from streamwer.compose import load as compose
from streamwer.config import Config
from streamwer.errors import ConfigError, StreamwerError
from streamwer.metrics import normaliser
from streamwer.reports import files

REPORTS = Path("reports/capacity")
_DEFAULTS = {"clock": "profile", "load": "fixed"}
_SHARES = (0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)
"""Of the capacity: the loads of the curve."""


@command
def main() -> int:
    args = parser().parse_args()
    chosen = {override.partition("=")[0] for override in args.overrides}
    defaults = [f"{key}={value}" for key, value in _DEFAULTS.items() if key not in chosen]
    settings = compose([*defaults, *args.overrides])
    load_config.check_slo(settings.slo)
    if settings.load.alone:
        raise ConfigError("load=alone has one call at a time: choose poisson, fixed or together")
    if args.warm_up >= args.seconds:
        raise ConfigError(f"--warm-up {args.warm_up:g} must be below --seconds {args.seconds:g}")
    names = args.system or settings.compare
    began = time.perf_counter()
    results = [measure(settings, name, args) for name in names]
    contents = document.render(results, settings, args.seconds, args.warm_up)
    contents["machine.json"] = document.machine(_memory(), time.perf_counter() - began)
    files.write_all(args.out, contents)
    print(contents["capacity.md"])
    print(f"written: {args.out}", file=sys.stderr)
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m pipeline.capacity",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "overrides",
        nargs="*",
        metavar="KEY=VALUE",
        help="as for Hydra: load=poisson, load.schedule=batched, slo.p95_commit_s=1, model=…",
    )
    made.add_argument(
        "--system", action="append", help="one of those compared (repeat it for more); all"
    )
    made.add_argument("--seconds", type=float, default=60.0, help="calls begin for so long (60)")
    made.add_argument("--warm-up", type=float, default=20.0, help="and count after so long (20)")
    made.add_argument("--repeats", type=count, default=6, help="seeds of the arrivals (6)")
    made.add_argument("--most", type=count, default=512, help="largest load that is tried (512)")
    made.add_argument("--out", type=Path, default=REPORTS, help=f"folder to write to ({REPORTS})")
    return made


def measure(settings: Config, name: str, args: argparse.Namespace) -> Result:
    """The capacity of one system, with the curve around it."""
    worker = _worker(settings, name, Span(args.seconds, args.warm_up))
    runs: dict[tuple[int, int], Figures] = {}

    def played(streams: int, seed: int) -> Figures:
        if (streams, seed) not in runs:
            runs[streams, seed] = worker.run(streams, seed)
            print(
                f"{name}: {document.progress(runs[streams, seed], settings.slo)}", file=sys.stderr
            )
        return runs[streams, seed]

    bounds: list[int] = []
    seeds = range(settings.load.seed, settings.load.seed + args.repeats)
    for seed in seeds:
        bounds.append(
            largest(
                lambda streams, seed=seed: not broken(played(streams, seed), settings.slo),  # type: ignore[misc]
                args.most,
                max(1, median_low(bounds)) if bounds else 1,
            )
        )
    capacity = estimate(bounds)
    for streams in sorted({max(1, round(share * capacity.value)) for share in _SHARES}):
        for seed in seeds:
            played(min(streams, args.most), seed)
    _said_of_reuse(name, worker)
    return Result(name, capacity, tuple(runs[key] for key in sorted(runs)))


def _worker(settings: Config, name: str, span: Span) -> Worker:
    """The system's model, loaded, with the recordings of the data set that was prepared."""
    system = config.system(settings, name)
    if system.clock.name == "wall":
        raise ConfigError("clock=wall is real time: capacity needs profile, measured or unaware")
    calls = [(each, audio.load(PREPARED / each.audio)) for each in references()]
    if not any(each.words for each, _ in calls):
        raise StreamwerError(
            "no recording has word times, so no word has a latency; choose an alignment"
            " (docs/word-times.md) and run `dvc repro align`"
        )
    return Worker(
        system, recognisers.load(system), calls, normaliser(settings.scoring.normaliser), span
    )


def _said_of_reuse(name: str, worker: Worker) -> None:
    known = worker.remembered
    if known is not None:
        print(f"{name}: {known.asked} windows, {known.new} of them new", file=sys.stderr)


def _memory() -> int:
    """Peak memory of this process, MB."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 2**20


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} must be at least 1")
    return value
