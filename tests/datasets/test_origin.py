"""Where data are from and on which terms: said before they are fetched, and kept for the report."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from omegaconf import OmegaConf
from rich.progress import Progress

from streamwer.cli.common.preparation import describe_terms, show_downloads
from streamwer.config.dataset import DatasetConfig
from streamwer.datasets import download, origin
from streamwer.datasets.hub_listing import Listing, Shard
from streamwer.datasets.origin import read_origin
from streamwer.errors import DatasetError
from streamwer.reports.assembly import describe_data_source

COMMIT = "5be91486e11a2d616f4ec5db8d3fd248585ac07a"


def public(**keys: object) -> DatasetConfig:
    given = {"name": "x", "source": "hub", "path": "a/b", "subset": "clean", "split": "test"}
    given |= {"revision": COMMIT, "licence": "CC BY 4.0", "citation": "A, B: C, 2015"}
    return OmegaConf.to_object(  # type: ignore[no-any-return]
        OmegaConf.merge(OmegaConf.structured(DatasetConfig), given, keys)
    )


def test_the_report_cites_the_data(tmp_path: Path) -> None:
    origin.write_origin(tmp_path, origin.describe_origin(public(limit=9, shuffle_seed=3), COMMIT))
    assert describe_data_source(tmp_path) == {
        "data source": f"a/b@{COMMIT}, clean, test, 9 rows drawn with seed 3",
        "data licence": "CC BY 4.0",
        "data citation": "A, B: C, 2015",
    }


def test_what_nothing_is_known_of_is_not_cited(tmp_path: Path) -> None:
    mine = DatasetConfig(name="mine", source="folder", path=str(tmp_path), limit=3)
    origin.write_origin(tmp_path, origin.describe_origin(mine, ""))
    assert read_origin(tmp_path) is None
    assert describe_data_source(tmp_path) == {}


def test_a_broken_record_is_an_error(tmp_path: Path) -> None:
    (tmp_path / origin.NAME).write_text("{}")
    with pytest.raises(DatasetError, match=r"origin.json: not readable .* prepare the data set"):
        read_origin(tmp_path)


def test_terms_are_said_and_a_branch_is_warned_of() -> None:
    terms = ["x: licence: CC BY 4.0", "x: please cite: A, B: C, 2015"]
    assert describe_terms(public()) == terms
    *same, warning = describe_terms(public(revision="main"))
    assert same == terms
    assert warning.startswith("warning: dataset.revision=main is not a commit")


def test_without_a_terminal_each_file_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(disable=True) as bar:
        told = show_downloads(bar)
        told("a.parquet", 0, 40_000_000)
        told("a.parquet", 8_000_000, 40_000_000)
        told("b.parquet", 8_000_000, 40_000_000)
    assert capsys.readouterr().err == (
        "fetching a.parquet: 40 MB\nfetching b.parquet: 40 MB, 8 MB of them are here\n"
    )


def test_a_full_disk_is_told_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "cache_folder", lambda repository: tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 0))
    shard = Shard("a.parquet", 2_000_000_000, "0" * 64)
    with pytest.raises(DatasetError, match=r"a.parquet: 2.0 GB are wanted, .* dataset.streaming"):
        download.download_shard(Listing("a/b", COMMIT, (shard,)), shard)
