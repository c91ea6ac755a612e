"""The points of one sweep: what they share, what is kept of them, and their report."""

from __future__ import annotations

import json
import math
import shlex
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from omegaconf import DictConfig, OmegaConf

from pipeline.align import refuse_same_files
from pipeline.stream import stream_from
from streamwer import runners
from streamwer.analysis.sweeps.point import Point, failed, measured
from streamwer.analysis.sweeps.store import Store
from streamwer.analysis.sweeps.sweep import gathered
from streamwer.cli.sweep.data import Prepared, code_digest, model_digest
from streamwer.config import experiment, plugins
from streamwer.config.alignment import refuse_same_model
from streamwer.config.experiment import Config, SweepConfig, SystemChoice, SystemConfig
from streamwer.errors import ConfigError, StreamwerError
from streamwer.formats.manifest import read as read_manifest
from streamwer.metrics import store
from streamwer.metrics.store import Scored
from streamwer.provenance import digests
from streamwer.provenance.signature import measures
from streamwer.reports import sweep as report
from streamwer.runners.hardware import described as hardware
from streamwer.runners.local import reason
from streamwer.text.normalise import normaliser

ROOT = Path("data/sweeps")
REPORTS = Path("reports/sweep")
POINT = "point.json"
SCORES = "scores"
PROGRAM = "python -m pipeline.sweep"


@dataclass(frozen=True)
class Setting:
    """One point as it is to be run: its system, and the rest of the sweep's config."""

    system: SystemConfig
    config: SweepConfig


class Session:
    """Runs the points of a multirun one after the other and reports them all at its end.

    As a context manager it keeps one Ray for all points, and writes the report however the sweep
    ends: points that were finished before a crash are in it.
    """

    def __init__(self) -> None:
        self._data = Prepared(ROOT / "prepared")
        self._found: list[tuple[Point, Scored | None]] = []
        self._last: SweepConfig | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(runners.kept())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
        if self._last is not None:
            print(f"report: {self._report(self._last) / 'index.html'}")

    @property
    def points(self) -> int:
        """How many points were run."""
        return len(self._found)

    @property
    def failures(self) -> int:
        """How many of them failed."""
        return sum(bool(point.failure) for point, _ in self._found)

    def run(
        self, values: DictConfig, overrides: Sequence[str], folder: Path
    ) -> tuple[float, float]:
        """One point; its WER and its p95 of the commit latency, NaN for a point that failed.

        An error of the user's makes a failed point; any other is reported as one and raised.
        """
        name, command = str(self.points + 1), shlex.join([*PROGRAM.split(), *overrides])
        try:
            setting = chosen(values, overrides)
            self._last = self._last or setting.config
            point, scores = self._point(name, command, setting)
            self._last = setting.config
        except StreamwerError as error:
            self._fail(folder, name, command, overrides, error)
            return math.nan, math.nan
        except Exception as error:
            self._fail(folder, name, command, overrides, error)
            raise
        self._found.append((point, scores))
        store.write(folder / SCORES, scores)
        _write(folder, point)
        return point.errors, point.delay

    def _fail(
        self, folder: Path, name: str, command: str, overrides: Sequence[str], error: Exception
    ) -> None:
        point = failed(name, command, dict(map(_parted, overrides)), reason(error))
        self._found.append((point, None))
        _write(folder, point)
        print(f"failed: {' '.join(overrides)}: {point.failure}", file=sys.stderr)

    def _point(self, name: str, command: str, setting: Setting) -> tuple[Point, Scored]:
        settings = setting.config
        alignment = experiment.alignment(settings.alignment)
        refuse_same_files(alignment, {str(setting.system.policy["name"]): setting.system})
        folder, data = self._data.of(settings.dataset, experiment.conditions(settings), alignment)
        self._refuse_other(data)
        described = describe(setting.system, settings.scoring.normaliser, data)
        kept = Store(ROOT / "store", settings.sweep.keep)
        key = _key(setting, described)
        scores = kept.get(key)
        if scores is None:
            scores = _run(folder, setting)
            if not (scores.scores.recordings["failure"] != "").any():  # what failed is tried again
                kept.put(key, scores)
        return measured(name, command, described, scores.scores, settings.scoring), scores

    def _refuse_other(self, data: str) -> None:
        """All points share one data: before anything is run, not when the report is made."""
        first = next((point.config["data"] for point, scores in self._found if scores), data)
        if first != data:
            raise ConfigError(
                "dataset, condition: other data than that of the points before, so that their"
                " WERs cannot be compared; make one sweep for each (sweep.name=…), or give every"
                " point all conditions ('conditions=[none,telephone]')"
            )

    def _report(self, settings: SweepConfig) -> Path:
        folder = REPORTS / settings.sweep.name
        facts = {"data set": settings.dataset.name, "normaliser": settings.scoring.normaliser}
        chains = experiment.conditions(settings)
        if any(chain.steps for chain in chains):
            facts["conditions"] = ", ".join(chain.name for chain in chains)
        sweep = gathered(
            settings.sweep.name, self._found, settings.sweep.budgets_s, settings.scoring, facts
        )
        report.write(sweep, folder)
        return folder


def chosen(values: DictConfig, overrides: Sequence[str]) -> Setting:
    """The system of a point.

    A policy comes with the engine that its file names, unless `overrides` choose one.

    Raises:
        ConfigError: a value makes no sense, or an engine's key would have no effect.
    """
    OmegaConf.resolve(values)
    plain: dict[str, Any] = OmegaConf.to_container(values)  # type: ignore[assignment]
    policy = plain["policy"]["name"]
    own = plain.pop("systems", {}).get(policy, {}).get("engine")
    keys = [key for key, _ in map(_parted, overrides)]
    named = "engine" in keys
    ignored = next((key for key in keys if key.startswith("engine.")), None)
    if own and ignored and not named:
        raise ConfigError(
            f"{ignored}: the policy {policy} comes with an engine of its own, {own['name']};"
            f" choose one for all points, engine={own['name']}"
        )
    settings = experiment.sweep(plain)
    choice = SystemChoice(policy=settings.policy, engine=None if named else own)
    whole = Config(
        alignment=settings.alignment,
        model=settings.model,
        engine=settings.engine,
        systems={policy: choice},
        clock=settings.clock,
        hardware=settings.hardware,
    )
    system = experiment.system(whole, policy)
    refuse_same_model(experiment.alignment(settings.alignment), {policy: system.model})
    return Setting(system, settings)


def describe(system: SystemConfig, normaliser: str, data: str) -> dict[str, Any]:
    """What makes the result of a point, as plain values."""
    profile = {"hardware": system.clock.hardware.name} if system.clock.hardware else {}
    return {
        "policy": dict(system.policy),
        "model": asdict(system.model),
        "engine": asdict(system.engine),
        "clock": {"name": system.clock.name, **profile},
        "normaliser": normaliser,
        "data": data,
    }


def _parted(override: str) -> tuple[str, str]:
    key, _, value = override.lstrip("+~").partition("=")
    return key, value


def _key(setting: Setting, described: Mapping[str, Any]) -> str:
    """Of everything that the scores of a point depend on."""
    timed = measures(setting.system.clock.name)
    depends = {
        "config": described,
        "clock": asdict(setting.system.clock),
        "model": model_digest(setting.system.model),
        "code": code_digest(),
        "packages": _added(setting),
        "cluster": asdict(setting.config.cluster) if timed else None,
        "machine": hardware(setting.system.model.device) if timed else None,
    }
    return digests.of_text(json.dumps(depends, sort_keys=True))


def _added(setting: Setting) -> dict[str, str]:
    """Packages beyond the lock that the result of a point depends on."""
    system, source = setting.system, setting.config.dataset.source
    names = {"policy": system.policy.get("name"), "engine": system.engine.name}
    return plugins.packages(**names, dataset=source)


def _run(folder: Path, setting: Setting) -> Scored:
    """Stream and score the data set with the system of a point."""
    name, experiment = setting.system.policy["name"], setting.config
    log = stream_from(folder, name, setting.system, experiment.cluster)
    return store.scored(read_manifest(folder), log, normaliser(experiment.scoring.normaliser))


def _write(folder: Path, point: Point) -> None:
    """What a multirun's folder says of a point; the scores beside it come first."""
    line = {"command": point.command, "config": point.config, "failure": point.failure}
    (folder / POINT).write_text(json.dumps(line, indent=2) + "\n")
