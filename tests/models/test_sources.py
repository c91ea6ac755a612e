"""A model comes from a folder, the hub or the hub's cache, or one line says why it cannot."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub.errors import GatedRepoError, OfflineModeIsEnabled
from omegaconf import OmegaConf

from streamwer.config.model import ModelConfig
from streamwer.errors import ModelError
from streamwer.models import checksums
from streamwer.models.hub import explain_failure
from streamwer.models.sources import find_local_model, locate_model
from tests import hub, random_whisper
from tests.weights import BASE_SHA256

CONF = Path(__file__).parents[2] / "conf/model"
BASE = OmegaConf.load(CONF / "base_en.yaml")
SMALL = OmegaConf.load(CONF / "small_en.yaml")

LOCATE = """
import json, sys
from streamwer.config.model import ModelConfig
from streamwer.errors import ModelError
from streamwer.models.sources import locate_model

def outcome(path, revision):
    try:
        return str(locate_model(ModelConfig(name="x", path=path, revision=revision)))
    except ModelError as error:
        return f"ModelError: {error}"

print(json.dumps({name: outcome(*wanted) for name, wanted in json.loads(sys.argv[1]).items()}))
"""
TRANSCRIBE = """
import sys
import numpy as np
from faster_whisper import WhisperModel
model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=1)
noise = np.random.default_rng(0).uniform(-0.1, 0.1, 32_000).astype(np.float32)
options = dict(language="en", beam_size=1, temperature=0.0, max_new_tokens=8)
print(model.model.is_multilingual, "".join(s.text for s in model.transcribe(noise, **options)[0]))
"""
Outcomes = dict[str, Any]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hub.Hub]:
    """A hub with a model in the size and layout of one, at the commit that conf/ names."""
    folder = random_whisper.build(tmp_path_factory.mktemp("hub") / "base.en")
    (folder / "README.md").write_text("not needed to run it")
    with hub.serve() as serving:
        serving.add("models", BASE.path, folder, BASE.revision)
        yield serving


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def locate_all(url: str, cache: Path, **wanted: tuple[str, str]) -> Outcomes:
    """Locate each (path, revision) in a process that sees only this hub and this cache."""
    done = hub.run(url, cache, cache, "-c", LOCATE, json.dumps(wanted))
    assert (done.returncode, done.stderr) == (0, "")
    outcomes: Outcomes = json.loads(done.stdout)
    return outcomes


@pytest.fixture(scope="module")
def online(served: hub.Hub, cache: Path) -> Outcomes:
    return locate_all(
        served.url,
        cache,
        by_id=(BASE.path, BASE.revision),
        by_name=("base.en", BASE.revision),
        no_revision=("base.en", "0" * 40),
        no_repository=("someone/else", BASE.revision),
        no_name=("tiny.xx", BASE.revision),
        no_folder=("./base.en", BASE.revision),
        no_id=("some/where/else", BASE.revision),
    )


def test_a_model_on_the_hub_is_fetched_and_transcribes(
    online: Outcomes, served: hub.Hub, cache: Path
) -> None:
    folder = Path(online["by_id"])
    assert folder.is_relative_to(cache)
    assert {path.name for path in folder.iterdir()} == {
        "model.bin",
        "config.json",
        "tokenizer.json",
        "vocabulary.json",
    }
    assert not any("/main" in request or "README" in request for request in served.requests)
    done = hub.run(hub.closed_port(), cache, cache, "-c", TRANSCRIBE, str(folder))
    multilingual, _, text = done.stdout.partition(" ")
    assert (done.returncode, multilingual) == (0, "False"), done.stderr
    assert text.strip()


def test_a_name_that_faster_whisper_knows_stands_for_its_repository(online: Outcomes) -> None:
    assert online["by_name"] == online["by_id"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "no_revision",
            "fetch the model Systran/faster-whisper-base.en@0{40}: the repository has no such",
        ),
        ("no_repository", "cannot fetch the model someone/else@.*: the hub has no such repository"),
        ("no_id", r"some/where/else@.*: this is not a repository id \(owner/name\); model=tiny_en"),
        ("no_name", r"model.path: there is no model 'tiny.xx'; did you mean tiny"),
        ("no_folder", r"./base.en: no such model folder \(model.path\)"),
    ],
)
def test_what_the_hub_lacks_is_named_in_one_line(name: str, message: str, online: Outcomes) -> None:
    assert re.match(f"ModelError: .*{message}", online[name])
    assert "\n" not in online[name]


def test_without_the_hub_the_cache_serves_and_the_rest_says_so(
    online: Outcomes, cache: Path
) -> None:
    wanted = {"cached": (BASE.path, BASE.revision), "named": ("base.en", BASE.revision)}
    outcomes = locate_all(hub.closed_port(), cache, **wanted, other=(SMALL.path, SMALL.revision))
    assert outcomes["cached"] == outcomes["named"] == online["by_id"]
    assert outcomes["other"] == (
        f"ModelError: cannot fetch the model {SMALL.path}@{SMALL.revision}: "
        "the hub cannot be reached; model=tiny_en needs no hub: `make environment` installs it from"
        " the package index"
    )


def test_a_download_that_broke_off_is_completed(
    online: Outcomes, served: hub.Hub, cache: Path
) -> None:
    model = Path(online["by_id"]) / "model.bin"
    model.unlink()
    outcomes = locate_all(served.url, cache, again=(BASE.path, BASE.revision))
    assert outcomes["again"] == online["by_id"]
    assert model.stat().st_size > 1_000_000


def convert_model(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()
    return folder


@pytest.mark.parametrize("revision", [None, BASE.revision])
def test_a_folder_wins_and_may_be_relative(
    revision: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = convert_model(tmp_path / "my/model", "model.bin", "tokenizer.json", "vocabulary.txt")
    monkeypatch.chdir(tmp_path)
    assert locate_model(ModelConfig(name="x", path="my/model", revision=revision)) == folder


def test_a_folder_that_is_no_model_says_what_it_lacks(tmp_path: Path) -> None:
    folder = convert_model(tmp_path / "model", "model.safetensors", "tokenizer.json")
    with pytest.raises(ModelError, match=r"it has no model.bin and no vocabulary.\*") as error:
        locate_model(ModelConfig(name="x", path=str(folder)))
    assert str(folder) in str(error.value)


def test_a_missing_folder_is_not_looked_for_on_the_hub() -> None:
    with pytest.raises(ModelError, match=r"models/typo: no such model folder .*set model.revision"):
        locate_model(ModelConfig(name="x", path="models/typo"))


def test_reasons_are_short() -> None:
    gated = GatedRepoError.__new__(GatedRepoError)
    assert explain_failure(OfflineModeIsEnabled()) == "offline mode is on: HF_HUB_OFFLINE is set"
    assert explain_failure(gated).startswith("access has to be granted first")
    assert explain_failure(OSError("disk\n full")) == "disk full"
    assert explain_failure(OSError()) == "OSError"


# --- the order of the sources ------------------------------------------------------------------

FILES = ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")


@pytest.fixture
def everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """One model in a folder, in the hub's cache and in an installed package."""
    work, packages = tmp_path / "work", tmp_path / "packages"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.syspath_prepend(str(packages))
    package = packages / "some_weights"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('nobody needs to run this')")
    repository = tmp_path / "hub" / f"models--{BASE.path.replace('/', '--')}"
    work.mkdir()
    monkeypatch.chdir(work)
    return {
        "folder": convert_model(work / BASE.path, *FILES),
        "hub cache": convert_model(repository / "snapshots" / BASE.revision, *FILES),
        "package": convert_model(package / "data", *FILES),
    }


def test_a_folder_comes_before_the_cache_and_the_cache_before_a_package(
    everywhere: dict[str, Path],
) -> None:
    model = ModelConfig("x", BASE.path, BASE.revision, package="some_weights/data")
    for source, folder in everywhere.items():
        found = find_local_model(model)
        assert found is not None
        assert (found.source, found.folder) == (source, folder)
        shutil.rmtree(folder)
    assert find_local_model(model) is None


def test_what_is_not_whole_is_no_source(everywhere: dict[str, Path]) -> None:
    model = ModelConfig("x", BASE.path, BASE.revision, package="some_weights/data")
    shutil.rmtree(everywhere["folder"])
    (everywhere["hub cache"] / "tokenizer.json").unlink()
    assert locate_model(model) == everywhere["package"]
    (everywhere["package"] / "vocabulary.txt").unlink()
    assert find_local_model(model) is None


@pytest.mark.parametrize("package", [None, "", "no_such_package/data", "some_weights/none"])
def test_a_package_that_is_not_there_is_no_source(
    package: str | None, everywhere: dict[str, Path]
) -> None:
    assert find_local_model(ModelConfig("x", "acme/none", "0" * 40, package=package)) is None
    assert everywhere


def test_the_package_serves_without_the_hub_and_is_what_is_pinned(
    tiny_en: Path, tmp_path: Path
) -> None:
    code = (
        "from streamwer.config.compose import load_config\n"
        "from streamwer.models.sources import obtain_model\n"
        "print(obtain_model(load_config(['model=tiny.en']).model))"
    )
    offline = {"HF_HUB_OFFLINE": "1", "XDG_CACHE_HOME": str(tmp_path)}
    done = hub.run(hub.closed_port(), tmp_path, tmp_path, "-c", code, **offline)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, str(tiny_en), "")


def test_the_joined_base_model_is_whole_and_not_the_hub_s(whisper_base: Path) -> None:
    checksums.check_model_files(whisper_base, BASE_SHA256)
    pinned = OmegaConf.load(CONF / "base.yaml").sha256
    with pytest.raises(ModelError, match=f"model.sha256 gives {pinned}"):
        checksums.check_model_files(whisper_base, pinned)
