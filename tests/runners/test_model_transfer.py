"""Every node has the driver's code and the driver's model, or the run is refused."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from streamwer.config.compose import load_config
from streamwer.config.experiment import SystemConfig, build_system
from streamwer.errors import ClusterError
from streamwer.provenance import digests
from streamwer.runners import environment, model_transfer
from streamwer.runners.model_transfer import ModelPackage, locate_model, pack_model

MODEL = Path("models/reference")
NAMES = {"config.json", "model.bin", "preprocessor_config.json", "tokenizer.json"}


class ObjectStore:
    """Pieces by number."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.fetched = 0

    def put(self, piece: bytes) -> int:
        self.pieces.append(piece)
        return len(self.pieces) - 1

    def get(self, at: int) -> bytes:
        self.fetched += 1
        return self.pieces[at]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ObjectStore:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(model_transfer, "_PIECE", 1_000_000)
    return ObjectStore()


@cache
def offline() -> SystemConfig:
    return build_system(load_config(["model=reference", "clock=unaware"]), "offline")


def chosen(**model: object) -> SystemConfig:
    one = offline()
    return replace(one, model=replace(one.model, **model))


def elsewhere(most_mb: int, store: ObjectStore) -> ModelPackage:
    """The bundled model as of a driver whose folder no node has."""
    model = pack_model(MODEL, most_mb, store.put)
    assert model
    return replace(model, folder=Path("/nowhere/reference"))


def test_a_node_that_sees_the_same_files_uses_them(store: ObjectStore) -> None:
    there = locate_model(chosen(), pack_model(MODEL.absolute(), 512, store.put), store.get)
    assert there.model.path == str(MODEL.absolute())
    assert store.fetched == 0


def test_one_that_lacks_them_keeps_what_is_sent_for_all_its_workers(store: ObjectStore) -> None:
    model = elsewhere(512, store)
    folder = Path(locate_model(chosen(), model, store.get).model.path)
    assert digests.digest_model(folder) == digests.digest_model(MODEL)
    assert {file.name for file in folder.iterdir()} >= NAMES
    fetched = store.fetched
    assert fetched == len(store.pieces) > len(NAMES)  # the model itself in several pieces
    assert Path(locate_model(chosen(), model, store.get).model.path) == folder
    assert store.fetched == fetched
    assert [each.name for each in folder.parent.iterdir()] == [model.digest]


def test_a_damaged_copy_is_replaced(store: ObjectStore) -> None:
    model = elsewhere(512, store)
    folder = Path(locate_model(chosen(), model, store.get).model.path)
    (folder / "model.bin").write_bytes(b"half")
    assert Path(locate_model(chosen(), model, store.get).model.path) == folder
    assert digests.digest_model(folder) == model.digest


def test_two_workers_of_a_node_that_fetch_at_once_keep_one_copy(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has all pieces when the first one has just moved its copy to its place."""
    model = elsewhere(512, store)
    move = model_transfer._move_into_place

    def second(fresh: Path, folder: Path, aside: Path) -> None:
        shutil.copytree(fresh, folder)
        move(fresh, folder, aside)

    monkeypatch.setattr(model_transfer, "_move_into_place", second)
    folder = Path(locate_model(chosen(), model, store.get).model.path)
    assert digests.digest_model(folder) == model.digest
    assert [each.name for each in folder.parent.iterdir()] == [model.digest]


def test_other_files_at_the_same_path_are_not_used(store: ObjectStore, tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    model = pack_model(tmp_path / "model", 512, store.put)
    (tmp_path / "model" / "tokenizer.json").write_text("{}")
    assert Path(locate_model(chosen(), model, store.get).model.path) != tmp_path / "model"


def test_a_large_model_that_differs_is_refused_with_the_remedy(store: ObjectStore) -> None:
    model = elsewhere(5, store)
    assert not store.pieces
    lacking = chosen(path="/nowhere/reference")
    with pytest.raises(ClusterError) as refused:
        locate_model(lacking, model, store.get)
    told = str(refused.value)
    assert told.startswith(
        f"{environment.name_node()}: the model differs: /nowhere/reference is not there"
    )
    assert f"the driver's has {model.digest}" in told
    assert told.endswith("set cluster.ship_model_mb to at least 6 to have it sent")


def test_an_engine_with_its_own_model_needs_none(store: ObjectStore) -> None:
    assert pack_model(None, 512, store.put) is None
    assert locate_model(chosen(), None, store.get) == chosen()


def test_the_same_code_and_packages_pass() -> None:
    same = environment.fingerprint_environment(chosen())
    same.check_node(chosen())
    not_installed = replace(same, packages=dict(same.packages) | {"package streamwer": "9"})
    not_installed.check_node(chosen())  # it is the code that counts, and that is compared
    assert not_installed.own_version == {"package streamwer": "9"}


def test_other_code_is_refused_with_both_digests() -> None:
    same = replace(environment.fingerprint_environment(chosen()), code="0123456789ab")
    with pytest.raises(ClusterError, match=r"^node .*: the code of streamwer.*the driver's 01234"):
        same.check_node(chosen())


def test_other_packages_are_refused_by_name() -> None:
    same = environment.fingerprint_environment(chosen())
    wanted = dict(same.packages) | {"package numpy": "0.1", "package metronome": "1.0"}
    with pytest.raises(ClusterError) as refused:
        replace(same, packages=wanted).check_node(chosen())
    have = same.packages["package numpy"]
    assert f"numpy {have} instead of 0.1, metronome none instead of 1.0;" in str(refused.value)
