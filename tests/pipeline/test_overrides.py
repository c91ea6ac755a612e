"""Choices that a stage gets on its command line."""

from __future__ import annotations

import shlex
import sys

import pytest

from pipeline import stream
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


@pytest.mark.parametrize(
    "path", ["/a=b", "/a(b", "/a#b", "/it's", "/a{b", "/a~b", '/a"b', "/a\\b#c"]
)
def test_a_value_that_hydra_cannot_read_is_told_with_its_quotes(path: str) -> None:
    """What is told to be typed works as it stands."""
    with pytest.raises(ConfigError, match="must be quoted: ") as error:
        compose_config(["dataset=folder", f"dataset.path={path}"])
    (typed,) = shlex.split(str(error.value).partition("must be quoted: ")[2])
    assert compose_config(["dataset=folder", typed]).dataset.path == path
