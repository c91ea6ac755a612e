"""A sweep: runs its points one after the other, and reports them."""

from __future__ import annotations

import json
import math
import shlex
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from omegaconf import DictConfig, OmegaConf

from streamwer.alignment.model_under_test import refuse_same_files
from streamwer.analysis.sweeps.point import SweepPoint, build_failed_point, build_point
from streamwer.analysis.sweeps.store import PointStore
from streamwer.analysis.sweeps.sweep import build_sweep
from streamwer.cli.common.recordings import show_recordings
from streamwer.cli.sweep.data import PreparedDatasets, digest_code, digest_model_source
from streamwer.config import experiment, registry
from streamwer.config.alignment import refuse_same_model
from streamwer.config.experiment import ExperimentConfig, SystemChoice, SystemConfig
from streamwer.config.sweep import SweepConfig, parse_sweep
from streamwer.errors import ConfigError, StreamwerError
from streamwer.formats.manifest import read_manifest
from streamwer.metrics import store
from streamwer.metrics.store import SignedScores
from streamwer.provenance import digests
from streamwer.provenance.signature import measures_hardware
from streamwer.reports import sweep as report
from streamwer.runners.dataset import stream_dataset
from streamwer.runners.hardware import describe_hardware as hardware
from streamwer.runners.local import describe_error
from streamwer.runners.ray_session import keep_ray_running
from streamwer.text.normalise import get_normaliser

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


class SweepSession:
    """Runs the points of a multirun one after the other and reports them all at its end.

    As a context manager it keeps one Ray for all points, and writes the report however the sweep
    ends: points that were finished before a crash are in it.
    """

    def __init__(self) -> None:
        self._data = PreparedDatasets(ROOT / "prepared")
        self._found: list[tuple[SweepPoint, SignedScores | None]] = []
        self._last: SweepConfig | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(keep_ray_running())
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()
        if self._last is not None:
            self._report(self._last)

    @property
    def points(self) -> int:
        """Number of points that were run."""
        return len(self._found)

    @property
    def failures(self) -> int:
        """Number of points that failed."""
        return sum(bool(point.failure) for point, _ in self._found)

    def run(
        self, values: DictConfig, overrides: Sequence[str], folder: Path
    ) -> tuple[float, float]:
        """Run one point; return its WER and p95 commit latency, seconds; NaN if it failed.

        An error of the user's makes a failed point; any other is reported as one and raised.

        Args:
            values: the composed config.
            overrides: what was chosen on the command line.
            folder: of the multirun's job.
        """
        name, command = str(self.points + 1), shlex.join([*PROGRAM.split(), *overrides])
        try:
            setting = read_setting(values, overrides)
            self._last = self._last or setting.config
            point, scores = self._run_point(name, command, setting)
            self._last = setting.config
        except StreamwerError as error:
            self._record_failure(folder, name, command, overrides, error)
            return math.nan, math.nan
        except Exception as error:
            self._record_failure(folder, name, command, overrides, error)
            raise
        self._found.append((point, scores))
        store.write_scores(folder / SCORES, scores)
        _write_point(folder, point)
        return point.errors, point.delay

    def _record_failure(
        self, folder: Path, name: str, command: str, overrides: Sequence[str], error: Exception
    ) -> None:
        point = build_failed_point(
            name, command, dict(map(_split_override, overrides)), describe_error(error)
        )
        self._found.append((point, None))
        _write_point(folder, point)
        print(f"failed: {' '.join(overrides)}: {point.failure}", file=sys.stderr)

    def _run_point(
        self, name: str, command: str, setting: Setting
    ) -> tuple[SweepPoint, SignedScores]:
        settings = setting.config
        alignment = experiment.parse_alignment(settings.alignment)
        refuse_same_files(alignment, {str(setting.system.policy["name"]): setting.system})
        folder, data = self._data.prepare(
            settings.dataset, experiment.list_conditions(settings), alignment
        )
        self._refuse_other(data)
        described = describe_point(setting.system, settings.scoring.normaliser, data)
        cache = PointStore(ROOT / "store", settings.sweep.keep)
        key = _compute_key(setting, described)
        scores = cache.read(key)
        if scores is None:
            scores = _score_point(folder, setting)
            if not (scores.scores.recordings["failure"] != "").any():  # what failed is tried again
                cache.write(key, scores)
        return build_point(name, command, described, scores.scores, settings.scoring), scores

    def _refuse_other(self, data: str) -> None:
        """Refuse other data than that of the points before, before anything is run."""
        first = next((point.config["data"] for point, scores in self._found if scores), data)
        if first != data:
            raise ConfigError(
                "dataset, condition: other data than that of the points before, so that their"
                " WERs cannot be compared; make one sweep for each (sweep.name=…), or give every"
                " point all conditions ('conditions=[none,telephone]')"
            )

    def _report(self, settings: SweepConfig) -> None:
        folder = REPORTS / settings.sweep.name
        facts = {"data set": settings.dataset.name, "normaliser": settings.scoring.normaliser}
        chains = experiment.list_conditions(settings)
        if any(chain.steps for chain in chains):
            facts["conditions"] = ", ".join(chain.name for chain in chains)
        sweep = build_sweep(
            settings.sweep.name, self._found, settings.sweep.budgets_s, settings.scoring, facts
        )
        report.print_points(report.write_sweep_report(sweep, folder))
        print(f"report: {folder / 'index.html'}")


def read_setting(values: DictConfig, overrides: Sequence[str]) -> Setting:
    """Read the system of a point.

    A policy comes with the engine that its file names, unless `overrides` choose one.

    Raises:
        ConfigError: a value makes no sense, or an engine's key would have no effect.
    """
    OmegaConf.resolve(values)
    plain: dict[str, Any] = OmegaConf.to_container(values)  # type: ignore[assignment]
    policy = plain["policy"]["name"]
    own = plain.pop("systems", {}).get(policy, {}).get("engine")
    keys = [key for key, _ in map(_split_override, overrides)]
    named = "engine" in keys
    ignored = next((key for key in keys if key.startswith("engine.")), None)
    if own and ignored and not named:
        raise ConfigError(
            f"{ignored}: the policy {policy} comes with an engine of its own, {own['name']};"
            f" choose one for all points, engine={own['name']}"
        )
    settings = parse_sweep(plain)
    choice = SystemChoice(policy=settings.policy, engine=None if named else own)
    whole = ExperimentConfig(
        alignment=settings.alignment,
        model=settings.model,
        engine=settings.engine,
        systems={policy: choice},
        clock=settings.clock,
        hardware=settings.hardware,
    )
    system = experiment.build_system(whole, policy)
    refuse_same_model(experiment.parse_alignment(settings.alignment), {policy: system.model})
    return Setting(system, settings)


def describe_point(system: SystemConfig, normaliser: str, data: str) -> dict[str, Any]:
    """Describe what makes the result of a point, as plain values.

    Args:
        system: of the point.
        normaliser: its name.
        data: digest of the data set.
    """
    profile = {"hardware": system.clock.hardware.name} if system.clock.hardware else {}
    return {
        "policy": dict(system.policy),
        "model": asdict(system.model),
        "engine": asdict(system.engine),
        "clock": {"name": system.clock.name, **profile},
        "normaliser": normaliser,
        "data": data,
    }


def _split_override(override: str) -> tuple[str, str]:
    key, _, value = override.lstrip("+~").partition("=")
    return key, value


def _compute_key(setting: Setting, described: Mapping[str, Any]) -> str:
    """Compute the key of everything that the scores of a point depend on."""
    timed = measures_hardware(setting.system.clock.name)
    depends = {
        "config": described,
        "clock": asdict(setting.system.clock),
        "model": digest_model_source(setting.system.model),
        "code": digest_code(),
        "packages": _list_plugin_packages(setting),
        "cluster": asdict(setting.config.cluster) if timed else None,
        "machine": hardware(setting.system.model.device) if timed else None,
    }
    return digests.digest_text(json.dumps(depends, sort_keys=True))


def _list_plugin_packages(setting: Setting) -> dict[str, str]:
    """List the packages beyond the lock that the result of a point depends on."""
    system, source = setting.system, setting.config.dataset.source
    names = {"policy": system.policy.get("name"), "engine": system.engine.name}
    return registry.list_packages(**names, dataset=source)


def _score_point(folder: Path, setting: Setting) -> SignedScores:
    """Stream and score the data set with the system of a point."""
    name, experiment = setting.system.policy["name"], setting.config
    log = stream_dataset(folder, name, setting.system, experiment.cluster, show_recordings)
    return store.score_and_sign(
        read_manifest(folder), log, get_normaliser(experiment.scoring.normaliser)
    )


def _write_point(folder: Path, point: SweepPoint) -> None:
    """Write what a multirun's folder says of a point; the scores beside it come first."""
    line = {"command": point.command, "config": point.config, "failure": point.failure}
    (folder / POINT).write_text(json.dumps(line, indent=2) + "\n")
