"""Rules of `conf/gate`: read, check and apply them to the change of a figure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from streamwer.analysis.gate.measures import MEASURES, Measure
from streamwer.analysis.gate.run_group import RunGroup
from streamwer.analysis.gate.verdict import Finding, MetricChange, Status
from streamwer.config import experiment
from streamwer.config.compose import find_conf_dir
from streamwer.config.gate import GateConfig, RuleConfig
from streamwer.config.settings import check_settings
from streamwer.errors import ConfigError

TIERS = ("deterministic", "statistical")
_SIGNS = {"higher": 1.0, "lower": -1.0}
_ROUNDING = 1e-9
"""A difference of exactly the floor does not exceed it, whatever floating point makes of it."""


def read_gate(name: str) -> GateConfig:
    """Read the rules of that name in `conf/gate`, or a YAML file by path; its clock is left out.

    Raises:
        ConfigError: there is no such file, or it holds something else.
    """
    path = Path(name) if name.endswith(".yaml") else find_conf_dir() / "gate" / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in (find_conf_dir() / "gate").glob("*.yaml")))
        raise ConfigError(f"{path}: no such rules; name a .yaml file, or one of {known}")
    try:
        values = OmegaConf.to_container(OmegaConf.load(path))
    except (OmegaConfBaseException, YAMLError) as error:
        raise ConfigError(f"{path}: not rules ({str(error).splitlines()[0]})") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: not rules, but {type(values).__name__}")
    rules = {str(key): value for key, value in values.items() if key != "defaults"}
    # The clock is that of the scores.
    return experiment.parse_gate({**rules, "clock": {"name": ""}})


def check_gate(gate: GateConfig) -> None:
    """Refuse rules that cannot be applied to any figure.

    Raises:
        ConfigError: a metric, direction or limit makes no sense; the first such key is named.
    """
    if gate.name not in TIERS:
        raise ConfigError(f"gate.name={gate.name!r} must be one of {', '.join(TIERS)}")
    check_settings("gate", gate)
    if not gate.rules:
        raise ConfigError("gate.rules is empty: a gate without rules would pass everything")
    for name, rule in gate.rules.items():
        _check_rule(f"gate.rules.{name}", name, rule)


def _check_rule(key: str, name: str, rule: RuleConfig) -> None:
    if name not in MEASURES:
        raise ConfigError(f"{key}: no such metric; there are {', '.join(MEASURES)}")
    check_settings(key, rule)


def widen_floors(gate: GateConfig) -> GateConfig:
    """Return the rules with wider floors, for another kind of processor than the baseline's."""
    wide = {
        name: replace(
            rule,
            absolute=gate.other_cpu_factor * rule.absolute,
            relative=gate.other_cpu_factor * rule.relative,
        )
        for name, rule in gate.rules.items()
    }
    return replace(gate, rules=wide)


def apply_rule(
    name: str,
    rule: RuleConfig,
    baseline: RunGroup,
    candidate: RunGroup,
    confidence: float,
    *,
    informs: bool,
) -> Finding:
    """Apply a rule to the candidate.

    Args:
        name: of the metric.
        rule: its limits.
        baseline: the runs that the candidate must not be worse than.
        candidate: as many runs.
        confidence: of the interval.
        informs: whether the figures are not comparable, so that the finding only informs.
    """
    measure = MEASURES[name]
    change = measure.compare(baseline, candidate, confidence)
    status, why = _judge_change(rule, change)
    noise = 0.0
    if status in ("regressed", "improved"):  # only then does it decide, and it takes its time
        noise = max(_measure_noise(measure, baseline), _measure_noise(measure, candidate))
        if abs(change.difference) <= noise:
            status, why = "held", "runs of one group differ as much"
    if informs and status != "missing":
        status, why = "information", f"not held against it; {why}"
    return Finding(name, measure.label, measure.unit, change, status, why, noise)


def _measure_noise(measure: Measure, group: RunGroup) -> float:
    """Largest difference between two runs of one group."""
    if len(group.runs) < 2:
        return 0.0
    values = [measure.compute(run) for run in group.single_runs]
    changes = sorted(MetricChange(values[0], value).difference for value in values)
    return changes[-1] - changes[0]


def _judge_change(rule: RuleConfig, change: MetricChange) -> tuple[Status, str]:
    """Status of a change: it counts where it exceeds every limit of the rule; and the reason."""
    if math.isnan(change.baseline) or math.isnan(change.candidate):
        return "missing", _describe_missing(change)
    difference = change.difference
    if not difference:
        return "held", "no change"
    limit = next(_list_unexceeded_limits(rule, change), None)
    if limit:
        return "held", limit
    if difference * _SIGNS[rule.regression] > 0:
        return "regressed", "beyond every limit"
    return "improved", "better beyond every limit"


def _describe_missing(change: MetricChange) -> str:
    sides = (("the baseline", change.baseline), ("the candidate", change.candidate))
    lacking = [name for name, value in sides if math.isnan(value)]
    return f"{' and '.join(lacking)} {'have' if len(lacking) > 1 else 'has'} no such figure"


def _list_unexceeded_limits(rule: RuleConfig, change: MetricChange) -> Iterator[str]:
    """Limits that the difference does not exceed, in words."""
    size = abs(change.difference)
    if size <= rule.absolute + _ROUNDING:
        yield "within the absolute floor"
    if size <= rule.relative * abs(change.baseline) + _ROUNDING and math.isfinite(size):
        yield "within the relative floor"
    if rule.interval and not math.isnan(change.low) and not change.excludes_zero:
        yield "its interval holds 0"
