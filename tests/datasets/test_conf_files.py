"""The data sets in conf/ are whole, pinned and explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from streamwer.config.dataset import ColumnsConfig, DatasetConfig

CONF = Path(__file__).parents[2] / "conf/dataset"


@pytest.mark.parametrize("path", sorted(CONF.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_data_set_config_is_whole_pinned_and_explained(path: Path) -> None:
    given = OmegaConf.load(path)
    OmegaConf.merge(OmegaConf.structured(DatasetConfig), given)
    assert set(given) == set(DatasetConfig.__dataclass_fields__)
    assert set(given.columns) == set(ColumnsConfig.__dataclass_fields__)
    assert given.name == path.stem
    pinned = given.source == "folder" or re.fullmatch("[0-9a-f]{40}", given.revision)
    assert pinned
    cited = given.source == "folder" or (given.licence and given.citation and given.language)
    assert cited
    keys = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert [line for line in keys if "  # " not in line] == ["columns:", "concatenate:"]
