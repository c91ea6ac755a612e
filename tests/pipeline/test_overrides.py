"""Choices that a stage gets on its command line."""

from __future__ import annotations

import shlex
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

from pipeline import stream, sweep
from streamwer.config.compose import compose_config
from streamwer.config.experiment import ExperimentConfig
from streamwer.errors import ConfigError
from streamwer.runners.recording import LogSummary


def test_choices_on_the_command_line_take_the_place_of_params_yaml(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    def record(settings: ExperimentConfig, name: str, *_: object) -> LogSummary:
        seen.extend((name, settings.clock.name, settings.cluster.address))
        return LogSummary(1, [], {})

    chosen = ["clock=profile", "cluster.address=HOST:6379"]
    monkeypatch.setattr(stream, "record_system", record)
    monkeypatch.setattr(sys, "argv", ["stream", "--system", "offline", *chosen])
    assert stream.main() == 0
    assert seen == ["offline", "profile", "HOST:6379"]
    assert capsys.readouterr().out == "offline: 1 recordings, 0 failed\n"


@pytest.mark.parametrize("stage", ["prepare", "align", "report", "gate"])
def test_every_stage_prints_its_configuration(
    stage: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [stage, "--cfg", "job"])
    with suppress(SystemExit):  # the gate returns its status instead
        assert import_module(f"pipeline.{stage}").main() == 0
    assert capsys.readouterr().out == Path("params.yaml").read_text()


def test_a_sweep_knows_a_model_by_its_usual_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["sweep", "--cfg", "job", "model=base.en"])
    assert sweep.main() == 0
    assert "  name: base_en\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("experiment=engines", "run it with `dvc exp run -S experiment=engines`"),
        ("policy.chunks=1", "Could not override 'policy.chunks': there is no key 'chunks'"),
        ("dataset.form=kaldi", "this key is now dataset.reader"),
        ("dataset.path=a(b", "must be quoted: 'dataset.path=\"a(b\"'"),
    ],
)
def test_a_sweep_that_cannot_begin_says_so_in_one_line(
    override: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["sweep", override])
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")  # the command sets it
    assert sweep.main() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


@pytest.mark.parametrize(
    "path", ["/a=b", "/a,b", "/a(b", "/a#b", "/it's", "/a{b", "/a~b", '/a"b', "/a\\b#c"]
)
def test_a_value_that_hydra_cannot_read_is_told_with_its_quotes(path: str) -> None:
    """What is told to be typed works as it stands."""
    with pytest.raises(ConfigError, match="must be quoted: ") as error:
        compose_config(["dataset=folder", f"dataset.path={path}"])
    typed, *_ = shlex.split(str(error.value).partition("must be quoted: ")[2].partition(", and")[0])
    assert compose_config(["dataset=folder", typed]).dataset.path == path
