"""The data sets in conf/ are known, pinned and cited."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from streamwer.config.dataset import DatasetConfig

CONF = Path(__file__).parents[2] / "conf/dataset"


@pytest.mark.parametrize("path", sorted(CONF.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_data_set_config_is_pinned_and_cited(path: Path) -> None:
    given = OmegaConf.merge(OmegaConf.structured(DatasetConfig), OmegaConf.load(path))
    assert given.name == path.stem
    pinned = given.source == "folder" or re.fullmatch("[0-9a-f]{40}", given.revision)
    assert pinned
    cited = given.source == "folder" or (given.licence and given.citation and given.language)
    assert cited
