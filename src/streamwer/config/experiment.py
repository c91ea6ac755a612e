"""The typed records behind every file in `conf/`.

Hydra and DVC both check a composed config against these through `hydra_plugins/`; the stages
read `params.yaml` into them once, at the edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from streamwer.config import alignment as alignment_config
from streamwer.config import hardware, languages, model_catalogue, registry
from streamwer.config.alignment import ALIGNMENT_SCHEMAS, AlignmentConfig
from streamwer.config.cache import CacheConfig
from streamwer.config.cluster import ClusterConfig
from streamwer.config.condition import EffectChain, compose_chains
from streamwer.config.dataset import DatasetConfig
from streamwer.config.engine import EngineConfig, choose_model
from streamwer.config.gate import GateConfig
from streamwer.config.hardware import ClockConfig, HardwareConfig
from streamwer.config.load import LoadConfig, SloConfig
from streamwer.config.model import MISSING, ModelConfig
from streamwer.config.renamed_keys import refuse_renamed_keys
from streamwer.config.scoring import ScoringConfig
from streamwer.config.settings import check_settings
from streamwer.config.watch import WatchConfig
from streamwer.errors import ConfigError

_REMEDY = "write it with `python -m pipeline.compose --write`"


@dataclass
class SystemConfig:
    """One compared system: a model, an engine, a policy, a clock and a load."""

    policy: dict[str, Any]
    model: ModelConfig
    engine: EngineConfig
    clock: ClockConfig
    load: LoadConfig = field(default_factory=LoadConfig)
    server: Any = None
    """The `Config` of a server's adapter, for a system that runs elsewhere; it has nothing else."""


@dataclass
class SystemChoice:
    """One entry of `systems`: a policy; a model, engine or clock of its own where it has one.

    Or a server, which is measured as it runs, or as the `peer` that is started for the run.
    """

    policy: Any = None
    server: Any = None
    model: ModelConfig | None = None
    engine: Any = None
    clock: ClockConfig | None = None


@dataclass
class SharedConfig:
    """What conf/config.yaml and conf/sweep.yaml have in common: data, systems and scoring."""

    dataset: DatasetConfig = field(default_factory=DatasetConfig)
    condition: dict[str, Any] = field(default_factory=dict)
    conditions: list[str] | None = None
    alignment: Any = MISSING
    model: ModelConfig = field(default_factory=ModelConfig)
    engine: Any = MISSING
    systems: dict[str, SystemChoice] = field(default_factory=dict)
    clock: ClockConfig = field(default_factory=ClockConfig)
    hardware: HardwareConfig = field(default_factory=HardwareConfig)
    cluster: ClusterConfig = field(default_factory=ClusterConfig)
    scoring: ScoringConfig = field(default_factory=ScoringConfig)


@dataclass
class ExperimentConfig(SharedConfig):
    """The whole of `params.yaml`."""

    load: LoadConfig = field(default_factory=LoadConfig)
    slo: SloConfig = field(default_factory=SloConfig)
    cache: CacheConfig = field(default_factory=CacheConfig)
    gate: GateConfig = field(default_factory=GateConfig)
    watch: WatchConfig = field(default_factory=WatchConfig)
    compare: list[str] = field(default_factory=list)


def parse_config(values: DictConfig) -> ExperimentConfig:
    """Parse a composed config into records.

    Raises:
        ConfigError: a key is unknown or missing, or a value has the wrong type.
    """
    # Plain values first: a policy that Hydra composed would come out as a record, not a dict.
    plain: dict[str, Any] = OmegaConf.to_container(values)  # type: ignore[assignment]
    refuse_renamed_keys(plain)
    config: ExperimentConfig = make_record(ExperimentConfig, plain)
    config.model = settle_model(config.model)
    config.gate.model = config.gate.model and settle_model(config.gate.model)
    for choice in config.systems.values():
        choice.model = settle_model(choice.model) if choice.model else None
    models = {name: each.model or config.model for name, each in _list_own_systems(config)}
    aligner = parse_alignment(config.alignment)
    alignment_config.refuse_same_model(aligner, models)
    _check_language(config, aligner)
    list_conditions(config)
    check_settings("cache", config.cache)
    check_settings("cluster", config.cluster)
    check_settings("scoring", config.scoring)
    return config


def _list_own_systems(config: ExperimentConfig) -> list[tuple[str, SystemChoice]]:
    """List the systems that run here: all but servers."""
    return [(name, each) for name, each in config.systems.items() if not each.server]


def settle_model(model: ModelConfig) -> ModelConfig:
    """Settle what a model is called and speaks, and refuse a padding that cannot be."""
    check_settings("model", model)
    return model_catalogue.settle(model)


def _check_language(config: ExperimentConfig, aligner: AlignmentConfig) -> None:
    engines = {
        name: parse_engine(each.engine or config.engine) for name, each in _list_own_systems(config)
    }
    models_by_user = {
        f"system {name}": choose_model(engines[name], each.model or config.model)
        for name, each in _list_own_systems(config)
    }
    whispers = [
        models_by_user[f"system {name}"]
        for name, called in engines.items()
        if not registry.find_extension("engine", called.name)
    ]
    if isinstance(aligner, alignment_config.ForcedConfig):
        languages.refuse_undetected("alignment.model.language", aligner.model)
        models_by_user["alignment"] = aligner.model
        whispers.append(aligner.model)
    languages.check_languages(config.dataset.language, models_by_user, config.scoring.normaliser)
    languages.check_models(whispers)


def list_conditions(config: SharedConfig) -> tuple[EffectChain, ...]:
    """List the conditions under which each recording is prepared.

    Raises:
        ConfigError: an effect or a key of one is unknown, a value has the wrong type or makes no
            sense, or a condition cannot be composed.
    """
    steps = {name: _parse_step(name, values) for name, values in config.condition.items()}
    return compose_chains(steps, config.conditions)


def _parse_step(name: str, values: Any) -> Any:
    effect = values.get("effect") if isinstance(values, Mapping) else None
    schemas = registry.get_schemas("condition")
    if effect not in schemas:
        raise ConfigError(f"condition.{name}.effect={effect!r} must be one of {', '.join(schemas)}")
    return make_record(schemas[effect], dict(values))


def parse_alignment(values: Mapping[str, Any]) -> AlignmentConfig:
    """Parse the settings of `conf/alignment`: where word times come from.

    Raises:
        ConfigError: the name or a key is unknown, or a value has the wrong type or makes no sense.
    """
    chosen: AlignmentConfig = _parse_named("alignment", ALIGNMENT_SCHEMAS, values)
    check_settings("alignment", chosen)
    if isinstance(chosen, alignment_config.ForcedConfig):
        chosen.model = settle_model(chosen.model)
    return chosen


def parse_engine(values: Mapping[str, Any]) -> EngineConfig:
    """Parse the settings of an engine, from its name and its hyper-parameters.

    Raises:
        ConfigError: the name or a key is unknown, or a value has the wrong type or makes no sense.
    """
    schema = registry.find("engine", values.get("name")).Config
    chosen: EngineConfig = make_record(schema, dict(values))
    check_settings("engine", chosen)
    return chosen


def parse_server(values: Mapping[str, Any]) -> Any:
    """Parse the settings of a server, from its protocol and its other settings.

    Raises:
        ConfigError: the protocol or a key is unknown, or a value has the wrong type or makes no
            sense.
    """
    schema = registry.find("server", values.get("protocol")).Config
    chosen = make_record(schema, dict(values))
    check_settings("server", chosen)
    return chosen


def _parse_named(group: str, schemas: Mapping[str, type], values: Mapping[str, Any]) -> Any:
    name = values.get("name")
    if name not in schemas:
        raise ConfigError(f"{group}.name={name!r} must be one of {', '.join(schemas)}")
    return make_record(schemas[str(name)], dict(values))


def make_record(schema: type, values: Any) -> Any:
    """Make a record of a schema from plain values.

    Raises:
        ConfigError: a key is unknown or missing, or a value has the wrong type.
    """
    try:
        return OmegaConf.to_object(OmegaConf.merge(_structure(schema), values))
    except OmegaConfBaseException as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(f"{error.full_key or 'config'}: {reason}") from error


@cache
def _structure(schema: type) -> Any:
    """Structure a schema once: it takes longer than to parse most of its records."""
    return OmegaConf.structured(schema)


def parse_gate(values: Mapping[str, Any]) -> GateConfig:
    """Parse a file of conf/gate.

    Raises:
        ConfigError: a key is unknown or missing, or a value has the wrong type.
    """
    refuse_renamed_keys(values, "gate.")
    record: GateConfig = make_record(GateConfig, dict(values))
    return record


def load_params(path: Path = Path("params.yaml")) -> ExperimentConfig:
    """Read the composed config that DVC runs with.

    Raises:
        ConfigError: the file is missing, or does not fit the schema.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: not found; {_REMEDY}")
    values = OmegaConf.load(path)
    if not isinstance(values, DictConfig):
        raise ConfigError(f"{path}: not a mapping; {_REMEDY}")
    return parse_config(values)


def build_system(config: ExperimentConfig, name: str) -> SystemConfig:
    """Build one compared system, with the shared model, engine and clock where it has no own.

    Raises:
        ConfigError: there is no system of that name, its engine cannot work, or the hardware
            profile that its clock goes by lacks its costs.
    """
    if name not in config.systems:
        known = ", ".join(sorted(config.systems))
        raise ConfigError(f"no system {name!r}: params.yaml has {known}")
    choice = config.systems[name]
    if choice.server:
        served = build_served_system(parse_server(choice.server), config.load)
        model = replace(choice.model or config.model, cpu_threads=served.model.cpu_threads)
        return replace(served, model=model) if served.server.peer else served
    if not choice.policy:
        raise ConfigError(f"systems.{name}: has neither a policy nor a server")
    called = parse_engine(choice.engine or config.engine)
    chosen = SystemConfig(
        policy=choice.policy,
        model=choose_model(called, choice.model or config.model),
        engine=called,
        clock=_parse_clock(choice.clock or config.clock),
        load=config.load,
    )
    registry.find_extension(
        "policy", chosen.policy.get("name")
    )  # refused here, not by every worker
    check_settings("load", chosen.load)
    if chosen.clock.name == "profile":
        hardware.find_costs(chosen.clock.hardware, chosen.model, chosen.engine)
    return chosen


def build_served_system(server: Any, load: LoadConfig) -> SystemConfig:
    """Build the system of a server: what it runs with is known as far as its settings say.

    Args:
        server: the `Config` of its adapter.
        load: when calls arrive.
    """
    check_settings("load", load)
    nothing = "none"
    return SystemConfig(
        policy={"name": server.protocol},
        model=ModelConfig(
            name=getattr(server, "model", "") or server.protocol,
            path="",
            language=server.language,
            device=nothing,
            compute_type=nothing,
            cpu_threads=server.threads,
        ),
        engine=EngineConfig(name="server"),
        clock=ClockConfig(name="wall"),
        load=load,
        server=server,
    )


def _parse_clock(chosen: ClockConfig) -> ClockConfig:
    """Parse a clock and its hardware profile: Hydra keeps no interpolation in one."""
    profile = chosen.hardware
    return replace(chosen, hardware=make_record(HardwareConfig, profile)) if profile else chosen
