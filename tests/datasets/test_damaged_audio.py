"""Damaged audio of a data set: repaired and counted, or refused where the config says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.preparation import prepare_dataset
from streamwer.datasets.row_summary import read_row_summary as outcome
from streamwer.errors import ConfigError
from tests.audio.encoding import Kind, damage, encode


@pytest.fixture
def config(tmp_path: Path) -> DatasetConfig:
    """Two recordings, one of them damaged."""
    mine = tmp_path / "mine"
    mine.mkdir()
    whole = encode(Kind("mp3", "mp3", "libmp3lame"))
    (mine / "whole.mp3").write_bytes(whole)
    (mine / "spoilt.mp3").write_bytes(damage(whole, "zeros", 5))
    for name in ("whole", "spoilt"):
        (mine / f"{name}.txt").write_text("hello")
    return DatasetConfig(name="mine", source="folder", path=str(mine))


def test_a_repaired_recording_is_used_and_noted(config: DatasetConfig, tmp_path: Path) -> None:
    references = prepare_dataset(config, tmp_path / "out")
    assert {each.recording: each.seconds for each in references} == {"whole": 3.0, "spoilt": 3.0}
    became = outcome(tmp_path / "out")
    assert became
    (note,) = became.notes
    assert note.where == "spoilt.txt"
    assert note.reason.startswith("spoilt.mp3: damaged: ")
    assert note.reason.endswith("silence is in their place")
    assert not became.broken


def test_a_damaged_recording_is_a_failure_where_it_shall_be(
    config: DatasetConfig, tmp_path: Path
) -> None:
    references = prepare_dataset(replace(config, damaged_audio="refuse"), tmp_path / "out")
    broken = {each.recording: each.broken for each in references}
    assert broken["whole"] == ""
    assert broken["spoilt"].startswith("spoilt.mp3: damaged: ")
    became = outcome(tmp_path / "out")
    assert became
    assert [row.where for row in became.broken] == ["spoilt.txt"]
    assert not became.notes


def test_what_else_shall_become_of_it_is_no_choice(config: DatasetConfig, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="damaged_audio=mend must be one of repair, refuse"):
        prepare_dataset(replace(config, damaged_audio="mend"), tmp_path / "out")
