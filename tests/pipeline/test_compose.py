"""`python -m pipeline.compose --check` finds a params.yaml that is not what conf/ composes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import compose
from streamwer.config import experiment
from streamwer.config.compose import compose_config, load_config
from streamwer.errors import ConfigError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with no more than conf/ and a fresh params.yaml."""
    (tmp_path / "conf").symlink_to(ROOT / "conf")
    monkeypatch.chdir(tmp_path)
    assert run("--write", monkeypatch) == 0
    return tmp_path / "params.yaml"


def run(what: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["compose", what])
    return compose.main()


@pytest.mark.usefixtures("params")
def test_a_fresh_file_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("--check", monkeypatch) == 0


def test_a_changed_value_fails_and_is_shown_with_the_remedy(
    params: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    params.write_text(params.read_text().replace("beam_size: 5", "beam_size: 4"))
    assert run("--check", monkeypatch) == 1
    said = capsys.readouterr()
    assert "-  beam_size: 4" in said.out
    assert "+  beam_size: 5" in said.out
    assert "pipeline.compose --write" in said.err


def test_a_missing_file_fails(params: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    params.unlink()
    assert run("--check", monkeypatch) == 1


def test_a_choice_that_is_not_there_names_those_that_are_on_one_line() -> None:
    with pytest.raises(ConfigError) as caught:
        compose_config(["clock=profil"])
    assert str(caught.value) == (
        "Could not find 'clock/profil'; "
        "Available options in 'clock': measured, profile, unaware, wall"
    )


@pytest.mark.parametrize("key", ["clok", "cluster.adress"])
def test_a_key_that_is_not_there_is_named_without_advice_to_add_it(key: str) -> None:
    """With "+" before it, it would be refused as well."""
    with pytest.raises(
        ConfigError, match=f"Could not override '{key}': there is no key "
    ) as caught:
        compose_config([f"{key}=x"])
    assert "\n" not in str(caught.value)
    assert "+" not in str(caught.value)
    with pytest.raises(ConfigError):
        load_config([f"+{key}=x"])


def test_the_default_comparison_is_of_tiny_en_on_the_bundled_calls() -> None:
    """What `make repro` runs, as the committed file has it: the toy model is for tests alone."""
    committed = experiment.load_params(ROOT / "params.yaml")
    systems = {name: experiment.build_system(committed, name) for name in committed.compare}
    assert list(systems) == ["offline", "local_agreement", "prompted_buffer", "prefix_agreement"]
    assert {system.model.name for system in systems.values()} == {"tiny_en"}
    assert committed.dataset.path == "data/calls"
    engines = {name: system.engine.name for name, system in systems.items()}
    assert (engines["offline"], engines["local_agreement"]) == ("transcribe", "transcribe")
    assert engines["prefix_agreement"] == "direct"
    assert committed.gate.model.name == "reference"
    assert committed.gate.dataset.path == "data/toy_calls"
