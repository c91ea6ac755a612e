"""`streaming init`: a folder of recordings becomes an experiment."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from streamwer.cli.init import main
from streamwer.config.compose import load_config
from tests.datasets.prepared import files, stereo

CONF = Path(__file__).parents[2] / "conf"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(CONF, tmp_path / "conf")
    files(tmp_path / "my calls (1)", {"list.csv": "path,said\na.wav,one two\nb.wav,three\n"})
    stereo(tmp_path / "my calls (1)/a.wav", 0.0)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_init(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main(arguments)
    seen = capsys.readouterr()
    return status, seen.out + seen.err


@pytest.mark.usefixtures("checkout")
def test_a_folder_becomes_an_experiment_that_plays_it(capsys: pytest.CaptureFixture[str]) -> None:
    status, text = run_init(capsys, "my calls (1)", "dataset.columns.text=said")
    assert status == 0, text
    assert "mine: table (list.csv), 2 rows; 2 recordings" in text
    assert "no audio: row 2: b.wav" in text
    assert "word times: 0 of 2 recordings" in text
    assert "dvc exp run -S experiment=mine" in text
    dataset = load_config(["experiment=mine"]).dataset
    assert (dataset.name, dataset.source, dataset.path) == ("mine", "folder", "my calls (1)")
    assert (dataset.columns.text, dataset.columns.audio) == ("said", "auto")
    status, text = run_init(capsys, "my calls (1)", "dataset.columns.text=said")
    assert (status, text.count("\n")) == (2, 1)
    assert "is there already" in text
    assert run_init(capsys, "my calls (1)", "dataset.columns.text=said", "--force")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["my calls (1)"], "no column 'text' (dataset.columns.text); it has: path, said"),
        (["nowhere"], "nowhere: no such folder"),
        (["my calls (1)", "policy=offline"], "policy=offline: only settings of the data set"),
        (["my calls (1)", "--name", "a/b"], "--name a/b: use letters"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_writes_nothing(
    arguments: list[str], said: str, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, text = run_init(capsys, *arguments)
    assert (status, text.count("\n")) == (2, 1)
    assert said in text
    assert not (checkout / "conf/experiment/mine.yaml").exists()
