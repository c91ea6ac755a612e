"""A rule of `conf/gate`, held against one figure's change."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from streamwer.analysis.gate.measures import MEASURES, Measure
from streamwer.analysis.gate.run_group import Side
from streamwer.analysis.gate.verdict import Change, Finding, Status
from streamwer.config import experiment
from streamwer.config.compose import conf_dir
from streamwer.config.experiment import GateConfig, RuleConfig
from streamwer.errors import ConfigError

TIERS = ("deterministic", "statistical")
_SIGNS = {"higher": 1.0, "lower": -1.0}
_ROUNDING = 1e-9
"""A difference of exactly the floor does not exceed it, whatever floating point makes of it."""


def read(name: str) -> GateConfig:
    """The rules of that name in `conf/gate`, or of the file with that path; its clock is left out.

    Raises:
        ConfigError: there is no such file, or it holds something else.
    """
    path = Path(name) if name.endswith(".yaml") else conf_dir() / "gate" / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in (conf_dir() / "gate").glob("*.yaml")))
        raise ConfigError(f"{path}: no such rules; name a .yaml file, or one of {known}")
    try:
        values = OmegaConf.to_container(OmegaConf.load(path))
    except (OmegaConfBaseException, YAMLError) as error:
        raise ConfigError(f"{path}: not rules ({str(error).splitlines()[0]})") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: not rules, but {type(values).__name__}")
    rules = {str(key): value for key, value in values.items() if key != "defaults"}
    return experiment.gate({**rules, "clock": {"name": ""}})  # the scores say which they are of


def check(gate: GateConfig) -> None:
    """Refuse rules that no figure could be held against.

    Raises:
        ConfigError: a metric, direction or limit makes no sense; the first such key is named.
    """
    if gate.name not in TIERS:
        raise ConfigError(f"gate.name={gate.name!r} must be one of {', '.join(TIERS)}")
    if not 0 <= gate.max_failed <= 1:
        raise ConfigError(f"gate.max_failed={gate.max_failed} must be between 0 and 1")
    if not 1 <= gate.elsewhere < math.inf:
        raise ConfigError(f"gate.elsewhere={gate.elsewhere} must be at least 1 and finite")
    for key, value in (("runs", gate.runs), ("listed", gate.listed)):
        if value < 1:
            raise ConfigError(f"gate.{key}={value} must be at least 1")
    if not gate.rules:
        raise ConfigError("gate.rules is empty: a gate without rules would pass everything")
    for name, rule in gate.rules.items():
        _check(f"gate.rules.{name}", name, rule)


def _check(key: str, name: str, rule: RuleConfig) -> None:
    if name not in MEASURES:
        raise ConfigError(f"{key}: no such metric; there are {', '.join(MEASURES)}")
    if rule.worse not in _SIGNS:
        raise ConfigError(f"{key}.worse={rule.worse!r} must be one of {', '.join(_SIGNS)}")
    for limit, value in (("absolute", rule.absolute), ("relative", rule.relative)):
        if not 0 <= value < math.inf:
            raise ConfigError(f"{key}.{limit}={value} must be at least 0 and finite")


def widened(gate: GateConfig) -> GateConfig:
    """The rules for another kind of processor than the baseline's."""
    wide = {
        name: replace(
            rule,
            absolute=gate.elsewhere * rule.absolute,
            relative=gate.elsewhere * rule.relative,
        )
        for name, rule in gate.rules.items()
    }
    return replace(gate, rules=wide)


def hold(
    name: str,
    rule: RuleConfig,
    baseline: Side,
    candidate: Side,
    confidence: float,
    *,
    informs: bool,
) -> Finding:
    """What the rule says of the candidate.

    Args:
        name: of the metric.
        rule: its limits.
        baseline: the side that the candidate must not be worse than.
        candidate: the other, with as many runs.
        confidence: of the interval.
        informs: whether the figures cannot be compared, so that the finding is no more than
            information.
    """
    measure = MEASURES[name]
    change = measure.change(baseline, candidate, confidence)
    status, why = _status(rule, change)
    noise = 0.0
    if status in ("regressed", "improved"):  # only then does it decide, and it takes its time
        noise = max(_noise(measure, baseline), _noise(measure, candidate))
        if abs(change.difference) <= noise:
            status, why = "held", "runs of one side differ as much"
    if informs and status != "missing":
        status, why = "information", f"not held against it; {why}"
    return Finding(name, measure.label, measure.unit, change, status, why, noise)


def _noise(measure: Measure, side: Side) -> float:
    """Most that two runs of one side differ by."""
    if len(side.runs) < 2:
        return 0.0
    values = [measure.value(run) for run in side.single]
    changes = sorted(Change(values[0], value).difference for value in values)
    return changes[-1] - changes[0]


def _status(rule: RuleConfig, change: Change) -> tuple[Status, str]:
    """Whether the difference exceeds every limit of the rule, and which one it does not."""
    if math.isnan(change.baseline) or math.isnan(change.candidate):
        return "missing", _missing(change)
    difference = change.difference
    if not difference:
        return "held", "no change"
    kept = next(_within(rule, change), None)
    if kept:
        return "held", kept
    if difference * _SIGNS[rule.worse] > 0:
        return "regressed", "beyond every limit"
    return "improved", "better beyond every limit"


def _missing(change: Change) -> str:
    sides = (("the baseline", change.baseline), ("the candidate", change.candidate))
    return " and ".join(name for name, value in sides if math.isnan(value)) + " has no such figure"


def _within(rule: RuleConfig, change: Change) -> Iterator[str]:
    """The limits that the difference does not exceed, in words."""
    size = abs(change.difference)
    if size <= rule.absolute + _ROUNDING:
        yield "within the absolute floor"
    if size <= rule.relative * abs(change.baseline) + _ROUNDING and math.isfinite(size):
        yield "within the relative floor"
    if rule.interval and not math.isnan(change.low) and not change.is_sure:
        yield "its interval holds 0"
