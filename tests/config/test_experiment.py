"""One config tree: every file composes, every key is explained, params.yaml has not drifted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from streamwer import policies
from streamwer.config import experiment, registry
from streamwer.config.cache import CacheConfig
from streamwer.config.cluster import ClusterConfig
from streamwer.config.compose import compose_config, load_config
from streamwer.config.load import LoadConfig, SloConfig
from streamwer.config.model import ModelConfig
from streamwer.config.settings import check_settings, list_settings
from streamwer.errors import ConfigError
from streamwer.recognisers.engines.direct import Direct
from streamwer.recognisers.engines.transcribe import Transcribe

CONF = Path("conf")
FILES = sorted(CONF.glob("*/*.yaml"))


def test_params_yaml_is_conf_composed() -> None:
    assert Path("params.yaml").read_text() == OmegaConf.to_yaml(compose_config()), (
        "run `python -m pipeline.compose --write`"
    )


def choices() -> Iterator[tuple[str, ...]]:
    """Each file once; of groups that know nothing of each other one at the same time."""
    of: dict[str, list[str]] = {}
    for path in FILES:
        of.setdefault(path.parent.name, []).append(path.stem)
    alone = ("clock", "engine", "experiment", "hardware", "load", "policy")
    for group in alone:
        yield from ((f"{group}={name}",) for name in of.pop(group))
    for names in zip_longest(*of.values()):
        yield tuple(f"{group}={name}" for group, name in zip(of, names, strict=True) if name)


@pytest.mark.parametrize("overrides", choices(), ids=" ".join)
def test_every_file_composes_to_typed_records(overrides: tuple[str, ...]) -> None:
    settings = load_config(overrides)
    for name in settings.compare:
        system = experiment.build_system(settings, name)
        if not system.server:
            policies.build_policy(system.policy)


UNDECLARED = [
    path for path in FILES if path.parent.name in ("clock", "experiment", "gate", "scoring")
]
"""Files whose keys have no help where they are declared."""


@pytest.mark.parametrize(
    "path", [*UNDECLARED, CONF / "sweep.yaml"], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_every_key_has_a_comment(path: Path) -> None:
    in_defaults = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        in_defaults = line == "defaults:" or (in_defaults and line.startswith((" ", "-")))
        if in_defaults or not re.match(r"\s*[\w]+: \S", line):
            continue
        assert re.search(r"\S  # \S", line), f"{path}:{number}: {line!r} has no comment"


@pytest.mark.parametrize("policy", registry.names("policy"))
def test_every_policy_is_a_choice_of_a_sweep(policy: str) -> None:
    assert compose_config([f"policy={policy}"], "sweep").policy.name == policy


@pytest.mark.parametrize("name", registry.names("policy"))
def test_a_policy_can_be_built_without_a_config_file(name: str) -> None:
    assert policies.build_policy({"name": name}).wants() > 0


def test_the_policies_that_are_chosen_are_the_systems_that_are_compared() -> None:
    settings = load_config(
        ["policy=[offline,local_agreement]", "systems.local_agreement.policy.agreement=3"]
    )
    assert settings.compare == ["offline", "local_agreement"]
    assert experiment.build_system(settings, "local_agreement").policy["agreement"] == 3


def test_a_system_may_have_a_model_of_its_own() -> None:
    settings = load_config(["+model@systems.local_agreement.model=reference"])
    assert experiment.build_system(settings, "local_agreement").model.name == "reference"
    assert experiment.build_system(settings, "offline").model.name == "tiny_en"


def test_a_system_may_have_an_engine_of_its_own() -> None:
    settings = load_config(
        [
            "+engine@systems.local_agreement.engine=direct",
            "systems.local_agreement.engine.buckets_s=[10,30]",
            "engine.beam_size=2",
        ]
    )
    own = Direct.Config(buckets_s=[10.0, 30.0])
    assert experiment.build_system(settings, "local_agreement").engine == own
    assert experiment.build_system(settings, "offline").engine == Transcribe.Config(beam_size=2)


@pytest.mark.parametrize("group", ["policy", "engine", "condition", "server"])
def test_every_setting_is_explained_and_every_number_has_bounds(group: str) -> None:
    for name, schema in registry.get_schemas(group).items():
        for each in list_settings(schema):
            assert each.help or each.key == registry.GROUPS[group].key, (name, each.key)
            bounded = each.declaration.has_bounds() or each.kind in ("str", "str | None", "bool")
            assert bounded, (name, each.key)


@pytest.mark.parametrize("schema", [ModelConfig, LoadConfig, SloConfig, ClusterConfig, CacheConfig])
def test_every_key_of_a_group_is_explained(schema: type) -> None:
    assert [each.key for each in list_settings(schema) if not each.help] == []


@pytest.mark.parametrize(
    "override",
    [
        "engine.beam_size=0",
        "model.padding_s=-0.5",
        "model.padding_s=nan",
        "engine.buckets_s=[]",
        "engine.buckets_s=[10,31]",
        "engine.prompt_tokens=224",
        "engine.tokens_per_s=inf",
        "engine.compression_ratio_threshold=0",
        "engine.no_speech_threshold=1.5",
        "engine.speech_threshold=-0.1",
        "engine.batch_size=0",
    ],
)
def test_an_engine_that_cannot_work_is_refused_before_a_model_is_loaded(override: str) -> None:
    key = override.partition("=")[0]
    with pytest.raises(ConfigError, match=rf"{key}=.* must be "):
        experiment.build_system(load_config(["engine=direct", override]), "offline")


@pytest.mark.parametrize(
    "override",
    [
        "load.streams=0",
        "load.packet_s=-0.1",
        "load.schedule=random",
        "load.deadline_s=0",
        "load.batch=0",
        "load.calls_per_s=2",
    ],
)
def test_a_load_that_no_worker_could_get_is_refused(override: str) -> None:
    key = override.partition("=")[0]
    with pytest.raises(ConfigError, match=rf"{key}=.* (must be|is for load=poisson)"):
        experiment.build_system(load_config(["load=fixed", override]), "offline")


@pytest.mark.parametrize(
    "override",
    [
        "cluster.workers=0",
        "cluster.gpus=1.5",
        "cluster.audio=tape",
        "cluster.address=somewhere",
        "cluster.address=http://head:6379",
    ],
)
def test_a_cluster_that_cannot_be_is_refused(override: str) -> None:
    key = override.partition("=")[0]
    with pytest.raises(ConfigError, match=rf"{key}=.* must be"):
        load_config([override])


@pytest.mark.parametrize("override", ["slo.p95_commit_s=0", "slo.emitted=99.9", "slo.lag_slope=-1"])
def test_a_service_level_that_cannot_be_judged_is_refused(override: str) -> None:
    key = override.partition("=")[0]
    with pytest.raises(ConfigError, match=rf"{key}=.* must be"):
        check_settings("slo", load_config([override]).slo)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("policy=clairvoyant", "local_agreement"),
        ("systems.local_agreement.policy.agreement=many", "many"),
        ("systems.local_agreement.policy.colour=red", "colour"),
        ("engine.beam_size=wide", "wide"),
    ],
)
def test_a_wrong_choice_is_named(override: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        compose_config([override])


def test_a_missing_params_file_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"pipeline\.compose --write"):
        experiment.load_params(tmp_path / "params.yaml")


def test_an_unknown_system_names_those_there_are() -> None:
    with pytest.raises(
        ConfigError, match="local_agreement, offline, prefix_agreement, prompted_buffer"
    ):
        experiment.build_system(load_config(), "psychic")


def test_an_engine_may_bring_its_own_model() -> None:
    own = ["policy=offline", "engine=http", "engine.own_model=large", "model.language=de"]
    system = experiment.build_system(load_config(own), "offline")
    assert system.model == ModelConfig(
        name="large", path="", device="none", compute_type="none", language="de"
    )


def test_the_profile_clock_refuses_an_engine_that_brings_its_own_model() -> None:
    with pytest.raises(ConfigError, match="engine=http takes cannot be predicted"):
        experiment.build_system(load_config(["engine=http", "clock=profile"]), "offline")
