"""Conditions are composed from conf/condition, and what makes no sense is named."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from streamwer.config import experiment, registry
from streamwer.config.compose import load_config
from streamwer.config.condition import EffectChain
from streamwer.config.experiment import ExperimentConfig
from streamwer.config.settings import list_settings
from streamwer.errors import ConfigError

FILES = sorted(path.stem for path in Path("conf/condition").glob("*.yaml"))


@cache
def load_all() -> ExperimentConfig:
    """All files at once, each a condition of its own: composing takes its time."""
    chosen = ",".join(FILES)
    return load_config([f"condition=[{chosen}]", f"conditions=[{chosen}]"])


def list_names(settings: ExperimentConfig) -> list[str]:
    return [chain.name for chain in experiment.list_conditions(settings)]


def test_every_file_is_a_condition_of_its_name() -> None:
    assert list_names(load_all()) == FILES


def test_every_effect_has_a_file() -> None:
    used = {
        step.config.effect
        for chain in experiment.list_conditions(load_all())
        for step in chain.steps
    }
    assert used == {*registry.names("condition")}


def test_by_default_recordings_are_as_they_are() -> None:
    assert experiment.list_conditions(load_config()) == (EffectChain(),)


def test_steps_are_composed_in_the_order_in_which_they_are_given() -> None:
    for order in (["noise_pink", "telephone", "opus_6k"], ["telephone", "noise_pink"]):
        assert list_names(load_config([f"condition=[{','.join(order)}]"])) == ["+".join(order)]


def test_a_step_can_be_had_twice_with_other_values() -> None:
    settings = load_config(
        [
            "condition=noise_white",
            "+condition@condition.louder=noise_white",
            "condition.louder.snr_db=0",
            "conditions=[none,noise_white,louder]",
        ]
    )
    _, *noisy = experiment.list_conditions(settings)
    assert [getattr(chain.steps[0].config, "snr_db", None) for chain in noisy] == [10, 0]


def test_the_robustness_experiment_crosses_systems_and_conditions() -> None:
    settings = load_config(["experiment=robustness"])
    assert len(settings.compare) > 1
    found = list_names(settings)
    assert found[0] == "none"
    assert {"telephone", "noise_pink+telephone", "telephone+packet_loss_bursts"} <= set(found)


@pytest.mark.parametrize("schema", registry.get_schemas("condition").values())
def test_every_number_and_choice_has_bounds(schema: type) -> None:
    unbounded = {each.key for each in list_settings(schema) if not each.declaration.has_bounds()}
    assert unbounded <= {"effect", "path"}


@pytest.mark.parametrize(
    ("step", "values", "message"),
    [
        ("telephone", {"colour": "red"}, "colour"),
        ("telephone", {"low_hz": 4000}, r"low_hz=4000.* below high_hz"),
        ("telephone", {"codec": "morse"}, "codec=morse must be one of"),
        ("telephone", {"bit_rate": 8000}, r"bit_rate=8000.*but one"),
        ("gsm", {"bit_rate": 6000}, "bit_rate=6000 must be one of 4750"),
        ("gsm", {"bit_rate": None}, "bit_rate=None must be one of 4750"),
        ("opus_6k", {"bit_rate": 500}, "bit_rate=500 must be between"),
        ("opus_6k", {"bit_rate": None}, "bit_rate=None must be between"),
        ("narrow_band", {"high_hz": 9000}, "high_hz=9000.* must be between"),
        ("noise_white", {"snr_db": float("nan")}, "snr_db=nan must be"),
        ("noise_white", {"kind": "brown"}, "kind=brown must be one"),
        ("noise_white", {"path": "x"}, r"path='x'.*files needs it"),
        ("noise_files", {"path": ""}, r"path=''.*files needs it"),
        ("noise_babble", {"voices": 0}, "voices=0 must be"),
        ("noise_white", {"seed": -1}, "seed=-1 must be at least 0"),
        ("room", {"rt60_s": 0}, r"rt60_s=0.* must be between"),
        ("fast", {"factor": 0}, r"factor=0.* must be between 0\.5 and 2"),
        ("quiet", {"gain_db": float("inf")}, "gain_db=inf must be between"),
        ("clipping", {"over_db": -1}, r"over_db=-1.* must be between"),
        ("jitter", {"loss": 1}, r"loss=1.* must be at least 0 and below"),
        ("jitter", {"burst": 0.5}, r"burst=0\.5 must be at least 1"),
        ("jitter", {"packet_s": 0}, r"packet_s=0.* must be between"),
        ("jitter", {"buffer_s": -1}, r"buffer_s=-1.* must be between"),
        ("jitter", {"concealment": "magic"}, "concealment=magic must be"),
        ("jitter", {"loss": 0.9}, r"burst=1\.0 is too short for loss=0\.9"),
        ("jitter", {"effect": "flanger"}, r"jitter\.effect='flanger' must be one of"),
    ],
)
def test_a_value_that_cannot_work_is_refused_with_its_key(
    step: str, values: dict[str, Any], message: str
) -> None:
    settings = ExperimentConfig(condition={step: load_all().condition[step] | values})
    with pytest.raises(ConfigError, match=message):
        experiment.list_conditions(settings)


@pytest.mark.parametrize(
    ("steps", "conditions", "message"),
    [
        (["jitter", "gsm"], None, r"condition: 'jitter\+gsm': a network must come last"),
        (["gsm"], ["alaw"], r"conditions: 'alaw': no step 'alaw'; .* gsm"),
        (["gsm"], ["gsm+gsm"], "a step occurs twice"),
        (["gsm"], ["gsm", "gsm"], "each once"),
        (["gsm"], [], "name one or more"),
        (["gsm", "room"], ["gsm"], "none has room"),
    ],
)
def test_conditions_that_cannot_be_composed_are_refused(
    steps: list[str], conditions: list[str] | None, message: str
) -> None:
    chosen = {name: load_all().condition[name] for name in steps}
    with pytest.raises(ConfigError, match=message):
        experiment.list_conditions(ExperimentConfig(condition=chosen, conditions=conditions))


@pytest.mark.parametrize("name", ["none", "a+b", "", "../x", "a@b"])
def test_a_step_whose_name_cannot_stand_in_a_chain_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="use letters, digits"):
        experiment.list_conditions(ExperimentConfig(condition={name: {"effect": "gain"}}))
