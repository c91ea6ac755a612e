"""Where data are from and on which terms: said before they are fetched, and kept for the report."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from omegaconf import OmegaConf
from rich.progress import Progress

from pipeline import prepare as stage
from pipeline.report import sourced
from streamwer.config.dataset import DatasetConfig
from streamwer.datasets import fetching, origins
from streamwer.datasets.listing import Listing, Shard
from streamwer.datasets.origins import read as origin
from streamwer.errors import DatasetError

COMMIT = "5be91486e11a2d616f4ec5db8d3fd248585ac07a"


def public(**keys: object) -> DatasetConfig:
    given = {"name": "x", "source": "hub", "path": "a/b", "subset": "clean", "split": "test"}
    given |= {"revision": COMMIT, "licence": "CC BY 4.0", "citation": "A, B: C, 2015"}
    return OmegaConf.to_object(  # type: ignore[no-any-return]
        OmegaConf.merge(OmegaConf.structured(DatasetConfig), given, keys)
    )


def test_the_report_cites_the_data(tmp_path: Path) -> None:
    origins.write(tmp_path, origins.of(public(limit=9, shuffle_seed=3), COMMIT))
    assert sourced(tmp_path) == {
        "data source": f"a/b@{COMMIT}, clean, test, 9 rows drawn with seed 3",
        "data licence": "CC BY 4.0",
        "data citation": "A, B: C, 2015",
    }


def test_what_nothing_is_known_of_is_not_cited(tmp_path: Path) -> None:
    mine = DatasetConfig(name="mine", source="folder", path=str(tmp_path), limit=3)
    origins.write(tmp_path, origins.of(mine, ""))
    assert origin(tmp_path) is None
    assert sourced(tmp_path) == {}


def test_a_broken_record_is_an_error(tmp_path: Path) -> None:
    (tmp_path / origins.NAME).write_text("{}")
    with pytest.raises(DatasetError, match=r"origin.json: not readable .* prepare the data set"):
        origin(tmp_path)


def test_terms_are_said_and_a_branch_is_warned_of() -> None:
    terms = ["x: licence: CC BY 4.0", "x: please cite: A, B: C, 2015"]
    assert stage.terms(public()) == terms
    *same, warning = stage.terms(public(revision="main"))
    assert same == terms
    assert warning.startswith("warning: dataset.revision=main is not a commit")


def test_without_a_terminal_each_file_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(disable=True) as bar:
        told = stage.fetching(bar)
        told("a.parquet", 0, 40_000_000)
        told("a.parquet", 8_000_000, 40_000_000)
        told("b.parquet", 8_000_000, 40_000_000)
    assert capsys.readouterr().err == (
        "fetching a.parquet: 40 MB\nfetching b.parquet: 40 MB, 8 MB of them are here\n"
    )


def test_a_full_disk_is_told_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "place", lambda repository: tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 0))
    shard = Shard("a.parquet", 2_000_000_000, "0" * 64)
    with pytest.raises(DatasetError, match=r"a.parquet: 2.0 GB are wanted, .* dataset.streaming"):
        fetching.fetch(Listing("a/b", COMMIT, (shard,)), shard)
