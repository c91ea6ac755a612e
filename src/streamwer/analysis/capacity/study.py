"""Capacity study: the capacities of systems at one service level, and its file.

The file has the signature of each capacity, so that a reader can tell whether it is out of date.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from streamwer.analysis.capacity.figures import LoadFigures, slo_violations
from streamwer.analysis.capacity.search import CapacityEstimate
from streamwer.config.load import SloConfig
from streamwer.errors import LogError
from streamwer.provenance.signature import Method, Signature

SECONDS, WARM_UP_S = 60.0, 20.0
"""Defaults of a run: calls begin for this long, and count after this long."""
SCHEMA = 2
FILE = "capacity.json"
_DIGITS = 6


@dataclass(frozen=True)
class SystemCapacity:
    """One system: its signature, its capacity and every run that was played for it.

    Attributes:
        signature: of the system, and of the method that found the capacity.
        capacity: concurrent calls on one worker.
        runs: by streams and seed.
    """

    signature: Signature
    capacity: CapacityEstimate
    runs: tuple[LoadFigures, ...]

    def is_unbounded(self, slo: SloConfig) -> bool:
        """Tell whether it may serve more: the median seed met the level at every load."""
        seeds, bounded = self._count_seeds(slo)
        return bounded <= (seeds - 1) // 2

    def is_open_ended(self, slo: SloConfig) -> bool:
        """Tell whether with some seed every load that was tried met the level."""
        seeds, bounded = self._count_seeds(slo)
        return bounded < seeds

    def _count_seeds(self, slo: SloConfig) -> tuple[int, int]:
        """Number of seeds, and of those with which some load was too many."""
        bounded = {run.seed for run in self.runs if slo_violations(run, slo)}
        return len({run.seed for run in self.runs}), len(bounded)


@dataclass(frozen=True)
class ServiceLevel:
    """Load and service level that all systems of a study share.

    Attributes:
        load: how calls arrive; their number and seed are those of each run.
        slo: the level that they must meet.
        seconds: how long calls begin.
        warm_up: seconds after which they count.
    """

    load: str
    slo: SloConfig
    seconds: float
    warm_up: float


@dataclass(frozen=True)
class CapacityStudy:
    """Capacities of systems at one level; `name` is that of its folder."""

    name: str
    level: ServiceLevel
    systems: Mapping[str, SystemCapacity]

    def merge(self, earlier: CapacityStudy | None) -> CapacityStudy:
        """Return the study with the missing systems of an earlier one at the same level."""
        if earlier is None or earlier.level != self.level:
            return self
        return replace(self, systems={**earlier.systems, **self.systems})

    def to_json(self) -> str:
        """Return the text of the file; the same for the same runs."""
        content = {
            "schema": SCHEMA,
            **asdict(self.level),
            "systems": {name: self._describe_system(each) for name, each in self.systems.items()},
        }
        return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def round_figures(self) -> CapacityStudy:
        """Return the study with rounded figures, as the file has them."""
        return _parse_study(self.name, json.loads(self.to_json()))

    def _describe_system(self, system: SystemCapacity) -> dict[str, Any]:
        return {
            "signature": system.signature.to_dict(),
            "capacity": {k: _to_json_value(v) for k, v in asdict(system.capacity).items()},
            "runs": [
                {k: _to_json_value(v) for k, v in asdict(run).items()}
                | {"missed": list(slo_violations(run, self.level.slo))}
                for run in system.runs
            ],
        }


def read_study(folder: Path) -> CapacityStudy:
    """Read the study in a folder.

    Raises:
        LogError: there is none, or this version cannot read it.
    """
    path = folder / FILE
    try:
        return _parse_study(folder.name, json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise LogError(f"{path}: missing; {_REMEDY}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LogError(f"{path}: not a study of capacities ({error}); {_REMEDY}") from error


_REMEDY = "run `make capacity`"


def _parse_study(name: str, content: Mapping[str, Any]) -> CapacityStudy:
    if content.get("schema") != SCHEMA:
        raise ValueError(f"schema {content.get('schema')}, but this version reads {SCHEMA}")
    level = ServiceLevel(
        content["load"], SloConfig(**content["slo"]), content["seconds"], content["warm_up"]
    )
    systems = {key: _parse_system(each) for key, each in content["systems"].items()}
    return CapacityStudy(name, level, systems)


def _parse_system(content: Mapping[str, Any]) -> SystemCapacity:
    runs = tuple(_parse_run(run) for run in content["runs"])
    return SystemCapacity(
        Signature.from_dict(content["signature"]), CapacityEstimate(**content["capacity"]), runs
    )


def _parse_run(content: Mapping[str, Any]) -> LoadFigures:
    return LoadFigures(
        **{
            each.name: _from_json_value(each.name, content[each.name])
            for each in fields(LoadFigures)
        }
    )


def _to_json_value(value: Any) -> Any:
    """Value for JSON: rounded, NaN as null, infinity as a word."""
    if not isinstance(value, float):
        return value
    if math.isnan(value):
        return None
    return str(value) if math.isinf(value) else round(value, _DIGITS) + 0.0


def _from_json_value(name: str, value: Any) -> Any:
    """Inverse of `_to_json_value`: a percentile of too few words is None, other figures NaN."""
    if value is None:
        return None if name in _PERCENTILES else math.nan
    return float(value) if isinstance(value, str) else value


_PERCENTILES = ("p50", "p95", "p99")
_LABELS = {"references": "reference texts", "times": "word times", "compute_type": "number type"}
_METHOD_FIELDS = ("audio", "references", "times", "normaliser", "scorer", "pooling", "threads")
_SUBJECT_FIELDS = ("policy", "engine", "model", "language", "device", "compute_type")


def find_changes(then: Signature, now: Signature, profile: str) -> tuple[str, ...]:
    """Return what changed of a system since its capacity was found.

    Args:
        then: of the capacity.
        now: of the system's scores; its clock and its load do not matter.
        profile: the clock of the hardware profile as it is now, `format_clock`; one of
            another machine is no change.
    """
    changed = (
        each
        for each in _SUBJECT_FIELDS
        if getattr(then.subject, each) != getattr(now.subject, each)
    )
    return (*map(_label, changed), *compare_methods(then.method, now.method, profile))


def compare_methods(then: Method, now: Method, profile: str) -> tuple[str, ...]:
    """Return what changed of the method of measurement.

    Args:
        then: of the capacity.
        now: of the scores.
        profile: the clock of the current hardware profile.
    """
    found = [_label(each) for each in _METHOD_FIELDS if getattr(then, each) != getattr(now, each)]
    machine = profile.partition("@")[0]
    if then.clock.startswith(f"{machine}@") and then.clock != profile:
        found.append("hardware profile")
    return tuple(found)


def _label(name: str) -> str:
    return _LABELS.get(name, name)
