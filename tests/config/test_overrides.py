"""The command of a report makes the run that it is of."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from streamwer.config.compose import compose_config
from streamwer.config.overrides import find_run_command


def command(folder: Path, *overrides: str) -> str:
    params = folder / "params.yaml"
    params.write_text(OmegaConf.to_yaml(compose_config(overrides)), encoding="utf-8")
    return find_run_command(params)


pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "overrides",
    [
        [
            "clock=unaware",
            "condition=[noise_babble,telephone]",
            "dataset=folder",
            "policy=[offline,local_agreement]",
            "dataset.path='a b, c'",
            "systems.local_agreement.policy.chunk_s=0.5",
        ],
        ["experiment=chunk_sizes", "scoring.confidence=0.9"],
    ],
)
def test_the_command_of_an_experiment_has_its_overrides(
    tmp_path: Path, overrides: list[str]
) -> None:
    made = command(tmp_path, *overrides)
    assert made.startswith("dvc exp run -S ")
    again = [each for each in shlex.split(made)[3:] if each != "-S"]
    assert sorted(again) == sorted(overrides)


def test_the_committed_config_is_made_by_its_target(tmp_path: Path) -> None:
    assert command(tmp_path) == "make repro"


def test_what_no_override_gives_is_said_to_need_its_file(tmp_path: Path) -> None:
    params = tmp_path / "params.yaml"
    config = compose_config()
    OmegaConf.set_struct(config, False)
    params.write_text(OmegaConf.to_yaml(config) + "unknown: 1\n", encoding="utf-8")
    assert find_run_command(params) == "dvc repro  # with the params.yaml of this run"
