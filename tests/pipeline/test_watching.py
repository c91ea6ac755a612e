"""DVC sees that recordings or noises of the user's own have changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf

from streamwer import audio
from streamwer.config.compose import compose_config
from streamwer.errors import ConfigError
from tests.pipeline.test_repro import Project


@pytest.mark.parametrize(
    ("overrides", "dataset", "noises"),
    [
        ([], "data/calls", "conf/condition"),
        (["dataset=librispeech_dummy"], "conf/dataset", "conf/condition"),
        (["dataset=folder", "dataset.path=../mine"], "../mine", "conf/condition"),
        (["condition=[gsm,noise_files]"], "data/calls", "data/noise"),
        (["watch.dataset=LICENSE"], "LICENSE", "conf/condition"),
    ],
)
def test_what_is_looked_at_is_what_is_read(overrides: list[str], dataset: str, noises: str) -> None:
    assert OmegaConf.to_container(compose_config(overrides).watch) == {
        "dataset": dataset,
        "noises": noises,
    }


def test_a_file_that_lists_recordings_stands_for_its_folder(tmp_path: Path) -> None:
    (tmp_path / "test.jsonl").write_text("{}")
    chosen = compose_config(["dataset=folder", f"dataset.path={tmp_path}/test.jsonl"])
    assert chosen.watch.dataset == str(tmp_path)


def test_what_is_looked_at_is_a_key_like_any_other() -> None:
    with pytest.raises(ConfigError, match="everything"):
        compose_config(["watch.everything=here"])


@pytest.mark.slow
def test_a_changed_recording_or_noise_is_prepared_anew(tmp_path: Path) -> None:
    """The recordings lie outside the checkout, the noises inside it."""
    project, mine, noise = Project(tmp_path / "project"), tmp_path / "mine", np.ones(16_000) / 9
    shutil.rmtree(project.folder / "reports")
    mine.mkdir()
    (project.folder / "noises").mkdir()
    (mine / "a.txt").write_text("one")
    for path in (mine / "a.flac", project.folder / "noises/hum.flac"):
        audio.write_flac(path, noise.astype(np.float32))
    chosen = ["dataset=folder", f"dataset.path={mine}", "condition=noise_files"]
    values = compose_config([*chosen, "condition.noise_files.path=noises"])
    (project.folder / "params.yaml").write_text(OmegaConf.to_yaml(values, resolve=True))
    project.dvc("repro", "-s", "prepare")
    (mine / "a.txt").write_text("two")
    (project.folder / "noises/more.flac").write_bytes((mine / "a.flac").read_bytes())
    changed = project.dvc("status", "prepare")
    assert str(mine) in changed
    assert "noises" in changed
