"""A model goes by the names that people type, and each of `conf/model` is pinned whole."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from streamwer.cli.parameters import list_options
from streamwer.config import compose, model_catalogue
from streamwer.config.compose import find_conf_dir
from streamwer.config.model import ModelConfig
from streamwer.errors import ConfigError

CONF = find_conf_dir() / "model"
FILES = sorted(CONF.glob("*.yaml"))
TINY_EN = model_catalogue.list_models()["tiny_en"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("tiny_en", "tiny_en"),
        ("tiny.en", "tiny_en"),
        ("Tiny.EN", "tiny_en"),
        ("whisper-tiny.en", "tiny_en"),
        ("faster-whisper-tiny.en", "tiny_en"),
        ("Systran/faster-whisper-tiny.en", "tiny_en"),
        ("openai/whisper-tiny.en", "tiny_en"),
        ("openai/whisper-tiny", "tiny"),
        ("base", "base"),
        ("large-v3", "large_v3"),
        ("large", "large_v3"),
        ("turbo", "large_v3_turbo"),
        ("openai/whisper-large-v3-turbo", "large_v3_turbo"),
        ("mobiuslabsgmbh/faster-whisper-large-v3-turbo", "large_v3_turbo"),
        ("distil-large-v3", "distil_large_v3"),
        ("distil-whisper/distil-large-v3", "distil_large_v3"),
        ("Systran/faster-distil-whisper-large-v3", "distil_large_v3"),
    ],
)
def test_a_model_goes_by_many_names(typed: str, name: str) -> None:
    found = model_catalogue.find(typed)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("typed", ["", "tiny.enn", "acme/whisper-tiny", "large-v9", "some/where/x"])
def test_what_is_no_name_of_ours_is_not_guessed(typed: str) -> None:
    assert model_catalogue.find(typed) is None


def test_a_repository_of_a_file_is_found_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conf/model").mkdir(parents=True)
    (tmp_path / "conf/config.yaml").touch()
    (tmp_path / "conf/model/mine.yaml").write_text("name: mine\npath: acme/whisper-fine\n")
    monkeypatch.chdir(tmp_path)
    assert model_catalogue.find("acme/whisper-fine") == ModelConfig("mine", "acme/whisper-fine")
    assert model_catalogue.find("tiny.en") is None


# --- what becomes of `model.path` --------------------------------------------------------------


def test_a_path_that_names_a_model_is_that_model_run_as_was_said() -> None:
    given = ModelConfig("reference", "tiny.en", device="auto", cpu_threads=3, language="en")
    expected = replace(TINY_EN, device="auto", cpu_threads=3)
    assert model_catalogue.resolve(given) == expected
    assert model_catalogue.resolve(replace(expected, path="tiny.en")) == expected


def test_another_model_s_revision_and_digest_do_not_stay() -> None:
    large = model_catalogue.list_models()["large_v3"]
    assert model_catalogue.resolve(replace(TINY_EN, path="large-v3")) == large


def test_a_revision_of_one_s_own_has_no_digest_and_no_package_that_we_know() -> None:
    other = model_catalogue.resolve(replace(TINY_EN, revision="0" * 40))
    assert (other.revision, other.sha256, other.package) == ("0" * 40, None, None)


def test_a_name_of_one_s_own_stays() -> None:
    given = ModelConfig("mine", TINY_EN.path, TINY_EN.revision)
    assert model_catalogue.resolve(given) == replace(TINY_EN, name="mine")


def test_a_digest_that_was_taken_back_is_not_put_there_again() -> None:
    given = replace(TINY_EN, sha256=None)
    assert model_catalogue.resolve(given) == given


def test_a_folder_is_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tiny.en").mkdir()
    monkeypatch.chdir(tmp_path)
    given = ModelConfig("mine", "tiny.en")
    assert model_catalogue.resolve(given) == given


def test_names_hold_in_hydra_s_choices_and_in_every_model_of_a_config() -> None:
    chosen = compose.load_config(["model=tiny.en", "alignment=forced", "alignment.model.path=base"])
    assert chosen.model == TINY_EN
    by_path = compose.load_config(["model.path=openai/whisper-tiny.en"])
    assert by_path.model == TINY_EN
    own = compose.load_config(["+model@systems.offline.model=large-v3", "dataset.language=en"])
    assert own.systems["offline"].model == model_catalogue.list_models()["large_v3"]


def test_an_aligner_by_another_name_is_still_the_model_under_test() -> None:
    with pytest.raises(ConfigError, match="is the model of the system 'offline'"):
        compose.load_config(["model=tiny_en", "alignment=forced", "alignment.model.path=tiny.en"])


@pytest.mark.parametrize(
    ("language", "complaint"),
    [
        ("french", "model.language='fr': tiny_en knows only English; take model=tiny$"),
        ("klingon", "model.language='klingon' is no language that Whisper knows"),
    ],
)
def test_a_language_that_a_model_cannot_know_is_refused_before_any_work(
    language: str, complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        compose.load_config(["model=tiny_en", f"model.language={language}"])


def test_an_engine_that_brings_its_own_model_may_know_other_languages() -> None:
    chosen = ["policy=[offline]", "engine=http", "engine.own_model=large", "model.language=klingon"]
    assert compose.load_config(chosen).model.language == "klingon"


# --- the files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_model_config_is_whole_pinned_and_explained(path: Path) -> None:
    given = OmegaConf.load(path)
    OmegaConf.merge(OmegaConf.structured(ModelConfig), given)
    assert given.name == path.stem
    assert given.path
    on_hub = path.stem != "reference"
    assert bool(re.fullmatch("[0-9a-f]{40}", given.get("revision") or "")) == on_hub
    assert bool(re.fullmatch("[0-9a-f]{64}", given.get("sha256") or "")) == on_hub
    assert bool(given.get("weights_bytes")) == on_hub
    keys = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert [line for line in keys if "  # " not in line] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_model_says_what_it_knows_and_how_large_it_is(path: Path) -> None:
    about = list_options(CONF.parent, "model")[path.stem].about
    assert re.search(
        r"[\d.]+ [mb]illion parameters, (English only|multilingual), [\d.]+ [MG]B", about
    )
    if path.stem != "reference":
        only_english = model_catalogue.knows_only_english(model_catalogue.list_models()[path.stem])
        assert only_english == ("English only" in about)


def test_no_two_models_are_the_same_files() -> None:
    models = [model for model in model_catalogue.list_models().values() if model.sha256]
    assert len({model.sha256 for model in models}) == len(models)
    assert len({(model.path, model.revision) for model in models}) == len(models)
