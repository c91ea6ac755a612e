"""A study: what systems carry at one service level, and the file that it is kept in.

The file says what each capacity is of, so that whoever reads it can tell whether that is still so.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from streamwer.analysis.capacity.figures import Figures, broken
from streamwer.analysis.capacity.search import Estimate
from streamwer.config.load import SloConfig
from streamwer.errors import LogError
from streamwer.provenance.signature import Method, Signature

SECONDS, WARM_UP_S = 60.0, 20.0
"""Of a run, where nobody chooses others: calls begin for so long, and count after so long."""
SCHEMA = 2
FILE = "capacity.json"
_DIGITS = 6


@dataclass(frozen=True)
class Carried:
    """One system: what it is, its capacity, and every run that was played for it.

    Attributes:
        signature: what the capacity is of, and how it was found.
        capacity: calls at once on one worker.
        runs: by streams and seed.
    """

    signature: Signature
    capacity: Estimate
    runs: tuple[Figures, ...]

    def unbounded(self, slo: SloConfig) -> bool:
        """Whether it may carry more: the median is of a seed with which every load was carried."""
        seeds, bounded = self._seeds(slo)
        return bounded <= (seeds - 1) // 2

    def open_ended(self, slo: SloConfig) -> bool:
        """Whether with some seed every load that was tried was carried."""
        seeds, bounded = self._seeds(slo)
        return bounded < seeds

    def _seeds(self, slo: SloConfig) -> tuple[int, int]:
        """How many there are, and with how many some load was too many."""
        bounded = {run.seed for run in self.runs if broken(run, slo)}
        return len({run.seed for run in self.runs}), len(bounded)


@dataclass(frozen=True)
class Level:
    """What all systems of a study had alike.

    Attributes:
        load: how calls arrive, without how many and from which seed: each run tells its own.
        slo: what they must still get.
        seconds: for how long calls begin.
        warm_up: after how long they count.
    """

    load: str
    slo: SloConfig
    seconds: float
    warm_up: float


@dataclass(frozen=True)
class Study:
    """The systems at one level; `name` is that of its folder."""

    name: str
    level: Level
    systems: Mapping[str, Carried]

    def joined(self, earlier: Study | None) -> Study:
        """With the systems of an earlier study at the same level that this one does not have."""
        if earlier is None or earlier.level != self.level:
            return self
        return replace(self, systems={**earlier.systems, **self.systems})

    def text(self) -> str:
        """The file; the same for the same runs."""
        content = {
            "schema": SCHEMA,
            **asdict(self.level),
            "systems": {name: self._system(each) for name, each in self.systems.items()},
        }
        return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def as_kept(self) -> Study:
        """What the file gives back: with rounded figures, as whoever reads it tells them."""
        return _study(self.name, json.loads(self.text()))

    def _system(self, carried: Carried) -> dict[str, Any]:
        return {
            "signature": carried.signature.to_dict(),
            "capacity": {k: _plain(v) for k, v in asdict(carried.capacity).items()},
            "runs": [
                {k: _plain(v) for k, v in asdict(run).items()}
                | {"missed": list(broken(run, self.level.slo))}
                for run in carried.runs
            ],
        }


def read(folder: Path) -> Study:
    """The study that is kept in a folder.

    Raises:
        LogError: there is none, or it is not one that this version reads.
    """
    path = folder / FILE
    try:
        return _study(folder.name, json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise LogError(f"{path}: missing; {_REMEDY}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LogError(f"{path}: not a study of capacities ({error}); {_REMEDY}") from error


_REMEDY = "run `make capacity`"


def _study(name: str, content: Mapping[str, Any]) -> Study:
    if content.get("schema") != SCHEMA:
        raise ValueError(f"schema {content.get('schema')}, but this version reads {SCHEMA}")
    level = Level(
        content["load"], SloConfig(**content["slo"]), content["seconds"], content["warm_up"]
    )
    systems = {key: _carried(each) for key, each in content["systems"].items()}
    return Study(name, level, systems)


def _carried(content: Mapping[str, Any]) -> Carried:
    runs = tuple(_run(run) for run in content["runs"])
    return Carried(Signature.from_dict(content["signature"]), Estimate(**content["capacity"]), runs)


def _run(content: Mapping[str, Any]) -> Figures:
    return Figures(
        **{each.name: _number(each.name, content[each.name]) for each in fields(Figures)}
    )


def _plain(value: Any) -> Any:
    """As JSON holds it: rounded, and infinity, which it lacks, as a word."""
    if not isinstance(value, float):
        return value
    if math.isnan(value):
        return None
    return str(value) if math.isinf(value) else round(value, _DIGITS) + 0.0


def _number(name: str, value: Any) -> Any:
    """What `_plain` gave, back: a percentile of too few words is None, any other figure NaN."""
    if value is None:
        return None if name in _PERCENTILES else math.nan
    return float(value) if isinstance(value, str) else value


_PERCENTILES = ("p50", "p95", "p99")
_LABELS = {"references": "reference texts", "times": "word times", "compute_type": "number type"}
_HOW = ("audio", "references", "times", "normaliser", "scorer", "pooling", "threads")
_WHAT = ("policy", "engine", "model", "language", "device", "compute_type")


def outdated(then: Signature, now: Signature, profile: str) -> tuple[str, ...]:
    """What of a system has changed since its capacity was found; empty if nothing has.

    Args:
        then: that of the capacity.
        now: that of the system's scores; its clock and its load do not matter.
        profile: the clock of the hardware profile as it is now, `recorded.clock_of`; one of
            another machine is no change.
    """
    what = (each for each in _WHAT if getattr(then.subject, each) != getattr(now.subject, each))
    return (*map(_label, what), *differences(then.method, now.method, profile))


def differences(then: Method, now: Method, profile: str) -> tuple[str, ...]:
    """What of the way that it is measured has changed."""
    found = [_label(each) for each in _HOW if getattr(then, each) != getattr(now, each)]
    machine = profile.partition("@")[0]
    if then.clock.startswith(f"{machine}@") and then.clock != profile:
        found.append("hardware profile")
    return tuple(found)


def _label(name: str) -> str:
    return _LABELS.get(name, name)
