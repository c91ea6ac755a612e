"""A model comes from a folder, the hub or the hub's cache, or one line says why it cannot."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub.errors import GatedRepoError, OfflineModeIsEnabled
from omegaconf import OmegaConf

from pipeline.bench import random_whisper
from streamwer.config import ModelConfig
from streamwer.errors import ModelError
from streamwer.hub import reason
from streamwer.models.sources import locate
from tests import hub

CONF = Path(__file__).parents[2] / "conf/model"
TINY = OmegaConf.load(CONF / "tiny_en.yaml")
BASE = OmegaConf.load(CONF / "base_en.yaml")

LOCATE = """
import json, sys
from streamwer.config import ModelConfig
from streamwer.errors import ModelError
from streamwer.models.sources import locate

def outcome(path, revision):
    try:
        return str(locate(ModelConfig(name="x", path=path, revision=revision)))
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
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hub.Hub]:
    """A hub with a model in the size and layout of tiny.en, at the commit that conf/ names."""
    folder = random_whisper.build(tmp_path_factory.mktemp("hub") / "tiny.en")
    (folder / "README.md").write_text("not needed to run it")
    with hub.serve() as served:
        served.add("models", TINY.path, folder, TINY.revision)
        yield served


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
def online(tiny: hub.Hub, cache: Path) -> Outcomes:
    return locate_all(
        tiny.url,
        cache,
        by_id=(TINY.path, TINY.revision),
        by_name=("tiny.en", TINY.revision),
        no_revision=("tiny.en", "0" * 40),
        no_repository=("someone/else", TINY.revision),
        no_name=("tiny.xx", TINY.revision),
        no_folder=("./tiny.en", TINY.revision),
        no_id=("some/where/else", TINY.revision),
    )


def test_a_model_on_the_hub_is_fetched_and_transcribes(
    online: Outcomes, tiny: hub.Hub, cache: Path
) -> None:
    folder = Path(online["by_id"])
    assert folder.is_relative_to(cache)
    assert {path.name for path in folder.iterdir()} == {
        "model.bin",
        "config.json",
        "tokenizer.json",
        "vocabulary.json",
    }
    assert not any("/main" in request or "README" in request for request in tiny.requests)
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
            "fetch the model tiny.en@0{40}: the repository has no such revision",
        ),
        ("no_repository", "cannot fetch the model someone/else@.*: the hub has no such repository"),
        ("no_id", r"some/where/else@.*: this is not a repository id \(owner/name\); use model=ref"),
        ("no_name", r"tiny.xx: neither a folder nor a model that is known .*; known: tiny.en, "),
        ("no_folder", r"./tiny.en: no such model folder \(model.path\)"),
    ],
)
def test_what_the_hub_lacks_is_named_in_one_line(name: str, message: str, online: Outcomes) -> None:
    assert re.match(f"ModelError: .*{message}", online[name])
    assert "\n" not in online[name]


def test_without_the_hub_the_cache_serves_and_the_rest_says_so(
    online: Outcomes, cache: Path
) -> None:
    wanted = {"cached": (TINY.path, TINY.revision), "named": ("tiny.en", TINY.revision)}
    outcomes = locate_all(hub.closed_port(), cache, **wanted, other=(BASE.path, BASE.revision))
    assert outcomes["cached"] == outcomes["named"] == online["by_id"]
    assert outcomes["other"] == (
        f"ModelError: cannot fetch the model {BASE.path}@{BASE.revision}: "
        "the hub cannot be reached; use model=reference, which needs no download"
    )


def test_a_download_that_broke_off_is_completed(
    online: Outcomes, tiny: hub.Hub, cache: Path
) -> None:
    model = Path(online["by_id"]) / "model.bin"
    model.unlink()
    outcomes = locate_all(tiny.url, cache, again=(TINY.path, TINY.revision))
    assert outcomes["again"] == online["by_id"]
    assert model.stat().st_size > 1_000_000


def converted(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()
    return folder


@pytest.mark.parametrize("revision", [None, TINY.revision])
def test_a_folder_wins_and_may_be_relative(
    revision: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = converted(tmp_path / "my/model", "model.bin", "tokenizer.json", "vocabulary.txt")
    monkeypatch.chdir(tmp_path)
    assert locate(ModelConfig(name="x", path="my/model", revision=revision)) == folder


def test_a_folder_that_is_no_model_says_what_it_lacks(tmp_path: Path) -> None:
    folder = converted(tmp_path / "model", "model.safetensors", "tokenizer.json")
    with pytest.raises(ModelError, match=r"it has no model.bin and no vocabulary.\*") as error:
        locate(ModelConfig(name="x", path=str(folder)))
    assert str(folder) in str(error.value)


def test_a_missing_folder_is_not_looked_for_on_the_hub() -> None:
    with pytest.raises(ModelError, match=r"models/typo: no such model folder .*set model.revision"):
        locate(ModelConfig(name="x", path="models/typo"))


def test_reasons_are_short() -> None:
    gated = GatedRepoError.__new__(GatedRepoError)
    assert reason(OfflineModeIsEnabled()) == "offline mode is on: HF_HUB_OFFLINE is set"
    assert reason(gated).startswith("access has to be granted first")
    assert reason(OSError("disk\n full")) == "disk full"
    assert reason(OSError()) == "OSError"


@pytest.mark.parametrize("path", sorted(CONF.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_model_config_is_whole_pinned_and_explained(path: Path) -> None:
    given = OmegaConf.load(path)
    OmegaConf.merge(OmegaConf.structured(ModelConfig), given)
    assert set(given) == set(ModelConfig.__dataclass_fields__)
    assert given.name == path.stem
    assert given.revision is None or re.fullmatch("[0-9a-f]{40}", given.revision)
    keys = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert [line for line in keys if "  # " not in line] == []
