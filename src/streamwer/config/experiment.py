"""The typed records behind every file in `conf/`.

Hydra and DVC both check a composed config against these through `hydra_plugins/`; the stages
read `params.yaml` into them once, at the edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from streamwer.config import alignment as alignment_config
from streamwer.config import bounds, cache, hardware, languages, model_catalogue, plugins
from streamwer.config import cluster as cluster_config
from streamwer.config import load as load_config
from streamwer.config.alignment import ALIGNMENT_SCHEMAS, AlignmentConfig
from streamwer.config.cache import FinishedConfig
from streamwer.config.cluster import ClusterConfig
from streamwer.config.condition import CONDITION_SCHEMAS, Chain, chains
from streamwer.config.dataset import DatasetConfig
from streamwer.config.engine import (
    ENGINE_SCHEMAS,
    EngineConfig,
    model_for,
)
from streamwer.config.hardware import HardwareConfig
from streamwer.config.load import LoadConfig, SloConfig
from streamwer.config.model import MISSING, ModelConfig
from streamwer.config.watch import WatchConfig
from streamwer.errors import ConfigError

_REMEDY = "write it with `python -m pipeline.compose --write`"


@dataclass
class ClockConfig:
    """conf/clock: how compute becomes time on the stream's line."""

    name: str = MISSING
    hardware: Any = None


@dataclass
class ScoringConfig:
    """conf/scoring: how transcripts are compared and how sure the figures are."""

    normaliser: str = MISSING
    confidence: float = 0.95
    smallest_difference: float = 0.005
    baseline: str = "offline"


@dataclass
class RuleConfig:
    """One rule of conf/gate: how much worse a figure may become. All limits must be exceeded."""

    worse: str = MISSING
    absolute: float = 0.0
    relative: float = 0.0
    interval: bool = True


@dataclass
class GateConfig:
    """conf/gate: when a change is a regression."""

    name: str = MISSING
    systems: list[str] = field(default_factory=list)
    clock: ClockConfig = field(default_factory=ClockConfig)
    dataset: DatasetConfig | None = None
    model: ModelConfig | None = None
    runs: int = 1
    max_failed: float = 0.0
    elsewhere: float = 1.0
    listed: int = 10
    rules: dict[str, RuleConfig] = field(default_factory=dict)


@dataclass
class SystemConfig:
    """What is compared: a recogniser (a model and how it is called), a policy, a clock, a load."""

    policy: dict[str, Any]
    model: ModelConfig
    engine: EngineConfig
    clock: ClockConfig
    load: LoadConfig = field(default_factory=LoadConfig)


@dataclass
class SystemChoice:
    """One entry of `systems`: a policy; a model, engine or clock of its own where it has one."""

    policy: Any = MISSING
    model: ModelConfig | None = None
    engine: Any = None
    clock: ClockConfig | None = None


@dataclass
class Config:
    """The whole of `params.yaml`."""

    dataset: DatasetConfig = field(default_factory=DatasetConfig)
    condition: dict[str, Any] = field(default_factory=dict)
    conditions: list[str] | None = None
    alignment: Any = MISSING
    model: ModelConfig = field(default_factory=ModelConfig)
    engine: Any = MISSING
    systems: dict[str, SystemChoice] = field(default_factory=dict)
    clock: ClockConfig = field(default_factory=ClockConfig)
    hardware: HardwareConfig = field(default_factory=HardwareConfig)
    load: LoadConfig = field(default_factory=LoadConfig)
    slo: SloConfig = field(default_factory=SloConfig)
    cluster: ClusterConfig = field(default_factory=ClusterConfig)
    finished: FinishedConfig = field(default_factory=FinishedConfig)
    scoring: ScoringConfig = field(default_factory=ScoringConfig)
    gate: GateConfig = field(default_factory=GateConfig)
    watch: WatchConfig = field(default_factory=WatchConfig)
    compare: list[str] = field(default_factory=list)


@dataclass
class SweepSettings:
    """The key `sweep` of conf/sweep.yaml: what becomes of the points."""

    name: str = "sweep"
    budgets_s: list[float] = field(default_factory=list)
    keep: int = 500


@dataclass
class SweepConfig:
    """The whole of conf/sweep.yaml: one point of a sweep.

    `systems` only holds what the file of a policy says of its system besides the policy: the
    engine that it wants.
    """

    dataset: DatasetConfig = field(default_factory=DatasetConfig)
    condition: dict[str, Any] = field(default_factory=dict)
    conditions: list[str] | None = None
    alignment: Any = MISSING
    model: ModelConfig = field(default_factory=ModelConfig)
    engine: Any = MISSING
    policy: Any = MISSING
    systems: dict[str, SystemChoice] = field(default_factory=dict)
    clock: ClockConfig = field(default_factory=ClockConfig)
    hardware: HardwareConfig = field(default_factory=HardwareConfig)
    cluster: ClusterConfig = field(default_factory=ClusterConfig)
    scoring: ScoringConfig = field(default_factory=ScoringConfig)
    sweep: SweepSettings = field(default_factory=SweepSettings)


def typed(values: DictConfig) -> Config:
    """The records of a composed config.

    Raises:
        ConfigError: a key is unknown or missing, or a value has the wrong type.
    """
    # Plain values first: a policy that Hydra composed would come out as a record, not a dict.
    config: Config = _record(Config, OmegaConf.to_container(values))
    config.model = _settle_model(config.model)
    config.gate.model = config.gate.model and _settle_model(config.gate.model)
    for choice in config.systems.values():
        choice.model = _settle_model(choice.model) if choice.model else None
    models = {name: config.systems[name].model or config.model for name in config.systems}
    aligner = alignment(config.alignment)
    alignment_config.refuse_same_model(aligner, models)
    _check_language(config, aligner)
    conditions(config)
    cache.check(config.finished)
    cluster_config.check(config.cluster)
    return config


def _settle_model(model: ModelConfig) -> ModelConfig:
    """Settle what a model is called and speaks, and refuse a padding that cannot be."""
    bounds.refuse("model", asdict(model), bounds.LIMITS)
    return model_catalogue.settle(model)


def _check_language(config: Config, aligner: AlignmentConfig) -> None:
    engines = {name: engine(each.engine or config.engine) for name, each in config.systems.items()}
    heard = {
        f"system {name}": model_for(engines[name], each.model or config.model)
        for name, each in config.systems.items()
    }
    whispers = [
        heard[f"system {name}"]
        for name, called in engines.items()
        if not plugins.get("engine", called.name)
    ]
    if isinstance(aligner, alignment_config.ForcedConfig):
        languages.refuse_undetected("alignment.model.language", aligner.model)
        heard["alignment"] = aligner.model
        whispers.append(aligner.model)
    languages.check(config.dataset.language, heard, config.scoring.normaliser)
    languages.check_models(whispers)


def conditions(config: Config | SweepConfig) -> tuple[Chain, ...]:
    """The conditions under which each recording is prepared.

    Raises:
        ConfigError: an effect or a key of one is unknown, a value has the wrong type or makes no
            sense, or a condition cannot be composed.
    """
    steps = {name: _step(name, values) for name, values in config.condition.items()}
    return chains(steps, config.conditions)


def _step(name: str, values: Any) -> Any:
    effect = values.get("effect") if isinstance(values, Mapping) else None
    if effect not in CONDITION_SCHEMAS:
        known = ", ".join(CONDITION_SCHEMAS)
        raise ConfigError(f"condition.{name}.effect={effect!r} must be one of {known}")
    return _record(CONDITION_SCHEMAS[effect], dict(values))


def alignment(values: Mapping[str, Any]) -> AlignmentConfig:
    """The record of `conf/alignment`: where word times come from that the data set lacks.

    Raises:
        ConfigError: the name or a key is unknown, or a value has the wrong type or makes no sense.
    """
    chosen: AlignmentConfig = _named("alignment", ALIGNMENT_SCHEMAS, values)
    alignment_config.check(chosen)
    if isinstance(chosen, alignment_config.ForcedConfig):
        chosen.model = _settle_model(chosen.model)
    return chosen


def engine(values: Mapping[str, Any]) -> EngineConfig:
    """The record of an engine, from its name and its hyper-parameters.

    Raises:
        ConfigError: the name or a key is unknown, or a value has the wrong type or makes no sense.
    """
    added = plugins.get("engine", values.get("name"))
    known = {**ENGINE_SCHEMAS, **plugins.schemas("engine")}
    chosen: EngineConfig = _named("engine", known, values)
    if not added:  # one of another package knows best what its own keys may be
        bounds.check(chosen)
    return chosen


def _named(group: str, schemas: Mapping[str, type], values: Mapping[str, Any]) -> Any:
    name = values.get("name")
    if name not in schemas:
        raise ConfigError(f"{group}.name={name!r} must be one of {', '.join(schemas)}")
    return _record(schemas[str(name)], dict(values))


def _record(schema: type, values: Any) -> Any:
    try:
        return OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(schema), values))
    except OmegaConfBaseException as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(f"{error.full_key or 'config'}: {reason}") from error


def gate(values: Mapping[str, Any]) -> GateConfig:
    """The rules of a file of conf/gate.

    Raises:
        ConfigError: a key is unknown or missing, or a value has the wrong type.
    """
    record: GateConfig = _record(GateConfig, dict(values))
    return record


def load(path: Path = Path("params.yaml")) -> Config:
    """Read the composed config that DVC runs with.

    Raises:
        ConfigError: the file is missing, or does not fit the schema.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: not found; {_REMEDY}")
    values = OmegaConf.load(path)
    if not isinstance(values, DictConfig):
        raise ConfigError(f"{path}: not a mapping; {_REMEDY}")
    return typed(values)


def sweep(values: Mapping[str, Any]) -> SweepConfig:
    """The record of one point of a sweep, from plain values.

    Raises:
        ConfigError: a key is unknown or missing, or a value has the wrong type or makes no sense.
    """
    found: SweepConfig = _record(SweepConfig, dict(values))
    bounds.refuse("sweep", asdict(found.sweep), bounds.SWEEP_LIMITS)
    found.model = _settle_model(found.model)
    languages.check(found.dataset.language, {"sweep": found.model}, found.scoring.normaliser)
    cluster_config.check(found.cluster)
    return found


def system(config: Config, name: str) -> SystemConfig:
    """One compared system, with the shared model, engine and clock where it has none of its own.

    Raises:
        ConfigError: there is no system of that name, its engine cannot work, or the hardware
            profile that its clock goes by lacks its costs.
    """
    if name not in config.systems:
        known = ", ".join(sorted(config.systems))
        raise ConfigError(f"no system {name!r}: params.yaml has {known}")
    choice = config.systems[name]
    called = engine(choice.engine or config.engine)
    chosen = SystemConfig(
        policy=choice.policy,
        model=model_for(called, choice.model or config.model),
        engine=called,
        clock=_clock(choice.clock or config.clock),
        load=config.load,
    )
    plugins.get("policy", chosen.policy.get("name"))  # refused here, not by every worker
    load_config.check(chosen.load)
    if chosen.clock.name == "profile":
        hardware.find(chosen.clock.hardware, chosen.model, chosen.engine)
    return chosen


def _clock(chosen: ClockConfig) -> ClockConfig:
    """A clock with its hardware profile as a record: Hydra keeps no interpolation in one."""
    profile = chosen.hardware
    return replace(chosen, hardware=_record(HardwareConfig, profile)) if profile else chosen
