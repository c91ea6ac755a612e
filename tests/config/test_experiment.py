"""One config tree: every file composes, every key is explained, params.yaml has not drifted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from itertools import zip_longest
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from streamwer import policies
from streamwer.config import experiment
from streamwer.config.bounds import LIMITS, SWEEP_LIMITS
from streamwer.config.compose import composed, load
from streamwer.config.engine import ENGINE_SCHEMAS, DirectConfig, TranscribeConfig
from streamwer.config.experiment import SweepSettings
from streamwer.config.load import check_slo
from streamwer.config.model import ModelConfig
from streamwer.config.policy import POLICY_SCHEMAS
from streamwer.errors import ConfigError

CONF = Path("conf")
FILES = sorted(CONF.glob("*/*.yaml"))


def test_params_yaml_is_conf_composed() -> None:
    assert Path("params.yaml").read_text() == OmegaConf.to_yaml(composed()), (
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
    settings = load(overrides)
    for name in settings.compare:
        policies.build(experiment.system(settings, name).policy)


@pytest.mark.parametrize(
    "path", [*FILES, CONF / "sweep.yaml"], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_every_key_has_a_comment(path: Path) -> None:
    in_defaults = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        in_defaults = line == "defaults:" or (in_defaults and line.startswith((" ", "-")))
        if in_defaults or not re.match(r"\s*[\w]+: \S", line):
            continue
        assert re.search(r"\S  # \S", line), f"{path}:{number}: {line!r} has no comment"


@pytest.mark.parametrize("policy", sorted(POLICY_SCHEMAS))
def test_every_policy_is_a_choice_of_a_sweep(policy: str) -> None:
    assert composed([f"policy={policy}"], "sweep").policy.name == policy


def test_every_policy_has_a_file_and_a_schema() -> None:
    files = {path.stem for path in (CONF / "policy").glob("*.yaml")}
    assert files == set(policies.POLICIES) == set(POLICY_SCHEMAS)


def test_the_policies_that_are_chosen_are_the_systems_that_are_compared() -> None:
    settings = load(
        ["policy=[offline,local_agreement]", "systems.local_agreement.policy.agreement=3"]
    )
    assert settings.compare == ["offline", "local_agreement"]
    assert experiment.system(settings, "local_agreement").policy["agreement"] == 3


def test_a_system_may_have_a_model_of_its_own() -> None:
    settings = load(["+model@systems.local_agreement.model=reference"])
    assert experiment.system(settings, "local_agreement").model.name == "reference"
    assert experiment.system(settings, "offline").model.name == "tiny_en"


def test_every_engine_has_a_file_and_a_schema() -> None:
    assert {path.stem for path in (CONF / "engine").glob("*.yaml")} == set(ENGINE_SCHEMAS)


def test_a_system_may_have_an_engine_of_its_own() -> None:
    settings = load(
        [
            "+engine@systems.local_agreement.engine=direct",
            "systems.local_agreement.engine.buckets_s=[10,30]",
            "engine.beam_size=2",
        ]
    )
    own = DirectConfig(buckets_s=[10.0, 30.0])
    assert experiment.system(settings, "local_agreement").engine == own
    assert experiment.system(settings, "offline").engine == TranscribeConfig(beam_size=2)


def test_every_limit_is_of_a_key_that_exists() -> None:
    limited = [ModelConfig, *ENGINE_SCHEMAS.values()]
    assert set(LIMITS) <= {each.name for schema in limited for each in fields(schema)}
    assert set(SWEEP_LIMITS) <= {each.name for each in fields(SweepSettings)}


@pytest.mark.parametrize("schema", ENGINE_SCHEMAS.values())
def test_every_number_of_an_engine_has_a_limit(schema: type) -> None:
    numbers = [field.name for field in fields(schema) if field.type not in ("str", "bool")]
    assert numbers
    assert set(numbers) <= set(LIMITS)


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
        experiment.system(load(["engine=direct", override]), "offline")


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
        experiment.system(load(["load=fixed", override]), "offline")


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
        load([override])


@pytest.mark.parametrize("override", ["slo.p95_commit_s=0", "slo.emitted=99.9", "slo.lag_slope=-1"])
def test_a_service_level_that_cannot_be_judged_is_refused(override: str) -> None:
    key = override.partition("=")[0]
    with pytest.raises(ConfigError, match=rf"{key}=.* must be"):
        check_slo(load([override]).slo)


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
        composed([override])


def test_a_missing_params_file_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"pipeline\.compose --write"):
        experiment.load(tmp_path / "params.yaml")


def test_an_unknown_system_names_those_there_are() -> None:
    with pytest.raises(
        ConfigError, match="local_agreement, offline, prefix_agreement, prompted_buffer"
    ):
        experiment.system(load(), "psychic")


def test_an_engine_may_bring_its_own_model() -> None:
    own = ["policy=offline", "engine=http", "engine.own_model=large", "model.language=de"]
    system = experiment.system(load(own), "offline")
    assert system.model == ModelConfig(
        name="large", path="", device="none", compute_type="none", language="de"
    )


def test_the_profile_clock_refuses_an_engine_that_brings_its_own_model() -> None:
    with pytest.raises(ConfigError, match="engine=http takes cannot be predicted"):
        experiment.system(load(["engine=http", "clock=profile"]), "offline")
