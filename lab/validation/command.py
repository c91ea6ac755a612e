"""Hold the virtual clock to the wall's on the same calls; exit with 1 where they disagree.

Every load is played with clock=measured, in virtual time, and in real time, one right after the
other, so that a machine that becomes slower does so for both. It takes some twenty minutes on two
idle cores. docs/validation.md says what is compared.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lab.bench import machine, playing
from lab.validation import agreement, document, drawing
from lab.validation.agreement import LOADS, Load, Pair
from lab.validation.document import Findings
from lab.validation.figures import Figures, measure_figures
from lab.validation.playing import CLOCKS, VIRTUAL, Player, Run, Setting
from lab.validation.stalling import Stall
from streamwer import recognisers
from streamwer.analysis.capacity.search import find_largest
from streamwer.audio.decoding import Samples
from streamwer.cli.common.arguments import build_parser, parse_count, parse_seconds
from streamwer.cli.common.run_command import stage_command
from streamwer.config import experiment
from streamwer.config import load as load_config
from streamwer.config.compose import load_config as compose
from streamwer.config.experiment import ExperimentConfig, SystemConfig
from streamwer.config.settings import check_settings
from streamwer.errors import ConfigError, DatasetError, StreamwerError
from streamwer.reports import files
from streamwer.runners import core_reservation
from streamwer.text.normalise import Normaliser, get_normaliser
from streamwer.types import Reference

REPORTS, PAGE = Path("reports/validation"), Path("docs/validation.md")
_FIGURE = f"![Latencies under either clock](../{REPORTS}/{document.FIGURE})"
BRACKET = (0.9, 1.0, 1.1)
"""Of the capacity: the loads that are played to find it again, besides those of `LOADS`."""
_STALL_S, _STALL_AT = 2.0, 0.3
"""How long the worker stops, and after which share of the time that counts."""
_GRACE = 2.0
"""Times the service level's p95: how long after the end of a run words may still come."""
_UNIT = 0.05
"""Of the first guess: how finely the capacity is looked for before it is measured."""
_PROBE, _LEAST = 32, 0.125
"""Calls that are played before any counts, and for which share of a run at least."""


@stage_command
def main() -> int:
    args = create_parser().parse_args()
    settings = compose(["experiment=validation", *args.overrides])
    name = settings.compare[0]
    system = _check_system(experiment.build_system(settings, name), settings, args)
    facts = machine.read_facts()  # before the worker keeps to a core of its own
    with core_reservation.reserve_cores(system.model.cpu_threads) as place:
        if not place.own_cores:
            print("the worker has no core of its own: expect more noise", file=sys.stderr)
        player = Player(system, recognisers.load_recogniser(system), _read_calls(settings), place)
        found = _collect_findings(Session(player, settings, args), settings, name, system, facts)
    contents = document.render(found, drawing.draw_svg(found.pairs))
    if folder := _choose_folder(args):
        files.write_files(folder, contents)
        print(f"written: {folder}", file=sys.stderr)
    if args.write_docs:
        document.write_into(PAGE, f"{document.render_block(found)}\n\n{_FIGURE}")
    print(document.render_block(found))
    return 0 if found.met else 1


def create_parser() -> argparse.ArgumentParser:
    """The command line."""
    choices = "changes to experiment=validation, as for Hydra: load=poisson, model=…"
    made = build_parser("lab.validation", __doc__, choices)
    add = made.add_argument
    add("--seconds", type=parse_seconds, default=36.0, help="calls begin for so long, s (36)")
    add("--warm-up", type=parse_seconds, default=5.0, help="they count after so long, s (5)")
    add("--repeats", type=parse_count, default=3, help="seeds of the arrivals (3)")
    add("--bracket", type=int, default=1, help="of which so many find the capacity (1)")
    add("--streams", type=parse_count, help="the capacity, where it is known already")
    add("--quick", action="store_true", help="12 s, one repeat; writes only to --out")
    add("--out", type=Path, help=f"folder to write to ({REPORTS})")
    add("--write-docs", action="store_true", help=f"also bring {PAGE} up to date")
    return made


class Session:
    """All runs of one validation.

    Args:
        player: plays them.
        settings: of the scoring and of the service level.
        args: of the command line.
    """

    def __init__(
        self, player: Player, settings: ExperimentConfig, args: argparse.Namespace
    ) -> None:
        self._player, self._settings, self._args = player, settings, args
        self._normaliser: Normaliser = get_normaliser(settings.scoring.normaliser)
        self.span = (args.warm_up, args.seconds)

    def warm_up(self) -> None:
        """Play something that does not count, so that all code and data are in memory."""
        self._run(_PROBE, 0, max(self.span[0], _LEAST * self.span[1]), VIRTUAL)

    def estimate_capacity(self) -> int:
        """The capacity in virtual time, roughly: the loads are shares of it."""
        if self._args.streams:
            return int(self._args.streams)
        seed, limit = self._settings.load.seed, self._settings.slo.p95_commit_s
        busy = self._run(_PROBE, seed, self.span[1] / 2, VIRTUAL).busy
        if not busy:
            raise ConfigError(
                f"--seconds {self.span[1]:g}: too short, no step is served in half of it"
            )
        guess = _PROBE / busy
        unit = max(1, round(_UNIT * guess))
        tried: dict[int, float | None] = {}

        def meets_slo(units: int) -> bool:
            run = self._run(units * unit, seed, self.span[1], VIRTUAL)
            self._say(f"{run.streams} streams: p95 {run.p95} s")
            tried[run.streams] = run.p95
            return run.p95 is not None and run.p95 <= limit

        found = unit * find_largest(meets_slo, 20 * round(1 / _UNIT), round(guess / unit))
        if not found:
            raise ConfigError(_explain_overload(unit, tried[unit], limit))
        return found

    def play_pairs(self, capacity: int) -> list[Pair]:
        """Every load under both clocks, in turns."""
        first = self._settings.load.seed
        planned = [
            (load, first + repeat)
            for repeat in range(self._args.repeats)
            for load in (*LOADS, *_list_bracket(repeat < self._args.bracket))
        ]
        found = []
        for i, (load, seed) in enumerate(planned):
            found.append(self._play_pair(load, capacity, seed, CLOCKS[:: 1 if i % 2 else -1]))
            self._say(f"{i + 1}/{len(planned)}: {_format_pair(found[-1])}")
        return found

    def _play_pair(self, load: Load, capacity: int, seed: int, order: Sequence[str]) -> Pair:
        streams, end = max(1, round(load.share * capacity)), self.span[1]
        stall = None
        if load.stalled:
            stall = Stall(self.span[0] + _STALL_AT * (end - self.span[0]), _STALL_S)
        runs = {clock: self._run(streams, seed, end, clock, stall) for clock in order}
        return Pair(load, **runs)

    def _run(
        self, streams: int, seed: int, until: float, clock: str, stall: Stall | None = None
    ) -> Figures:
        grace = _GRACE * self._settings.slo.p95_commit_s
        setting = Setting(streams, seed, until, grace, stall)
        warm_up = min(self.span[0], until / 2)
        run = _retry_once(lambda: self._player.play(setting, clock), self._say)
        return measure_figures(run, self._normaliser, warm_up)

    def _say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


def _collect_findings(
    session: Session,
    settings: ExperimentConfig,
    name: str,
    system: SystemConfig,
    facts: dict[str, Any],
) -> Findings:
    began = time.perf_counter()
    session.warm_up()
    capacity = session.estimate_capacity()
    pairs = session.play_pairs(capacity)
    found = agreement.find_capacities(pairs, settings.slo, len(BRACKET) + 1)
    print(f"it took {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return Findings(
        system=name,
        policy=system.policy,
        level=settings.slo.p95_commit_s,
        capacity=capacity,
        span=session.span,
        pairs=tuple(pairs),
        capacities=tuple(found),
        verdicts=tuple(agreement.judge_pairs(pairs, found, settings.slo)),
        machine=facts,
    )


def _explain_overload(streams: int, p95: float | None, limit: float) -> str:
    """Why no load can be held to the service level."""
    calls = f"{streams} call{'s' * (streams != 1)} at once"
    if p95 is None:
        return f"{calls}: too few words for a p95 of their latency; raise --seconds"
    return (
        f"slo.p95_commit_s={limit:g}: with {calls} the p95 is {p95:.2f} s already, so that no load"
        " is within it; raise it, or choose shorter chunks or a faster model"
    )


def _read_calls(settings: ExperimentConfig) -> list[tuple[Reference, Samples]]:
    calls = playing.read_calls(settings.dataset)
    if not any(call.reference.words for call in calls):
        raise DatasetError(
            f"dataset={settings.dataset.name}: without word times there is no latency"
        )
    return [(call.reference, call.audio) for call in calls]


def _check_system(
    system: SystemConfig, settings: ExperimentConfig, args: argparse.Namespace
) -> SystemConfig:
    check_settings("slo", settings.slo)
    load_config.refuse_stream_count(settings.load, args.overrides, "use --streams, or leave it out")
    if args.quick:
        args.seconds, args.repeats, args.bracket = 12.0, 1, 0
    if system.load.alone or system.load.schedule == "batched":
        raise ConfigError(
            "validation needs several calls at once, one window at a time: load=fixed"
        )
    if system.clock.name != "measured":
        raise ConfigError(f"clock={system.clock.name}: it is clock=measured that is held to wall")
    if args.write_docs and (args.quick or args.out):
        raise ConfigError(f"--write-docs is for a whole run into {REPORTS}: without --quick, --out")
    if args.warm_up >= args.seconds:
        raise ConfigError(f"--warm-up {args.warm_up:g} must be below --seconds {args.seconds:g}")
    if folder := _choose_folder(args):
        files.check_writable(folder)
    if args.write_docs:
        document.split_page(PAGE)
    return system


def _choose_folder(args: argparse.Namespace) -> Path | None:
    """Where the reports go; a quick run leaves those that are there."""
    return args.out or (None if args.quick else REPORTS)


def _list_bracket(wanted: bool) -> tuple[Load, ...]:
    return tuple(Load(f"{share:g}", share) for share in BRACKET) if wanted else ()


def _format_pair(pair: Pair) -> str:
    parts = [f"{pair.load.name}, {pair.wall.streams} streams, seed {pair.wall.seed}"]
    for run in (pair.virtual, pair.wall):
        p50, p95 = ("–" if value is None else f"{value:.3f}" for value in (run.p50, run.p95))
        parts.append(f"{run.clock} p50 {p50} p95 {p95} slope {run.lag_slope:+.4f}")
    return "; ".join(parts)


def _retry_once(played: Callable[[], Run], say: Callable[[str], None]) -> Run:
    """A run that the machine spoilt is played once more."""
    try:
        return played()
    except StreamwerError as error:
        say(f"again, because {error}")
        return played()
