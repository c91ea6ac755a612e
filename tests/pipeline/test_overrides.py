"""Choices that a stage gets on its command line."""

from __future__ import annotations

import sys

import pytest

from pipeline import stream
from streamwer.config import Config


def test_choices_on_the_command_line_take_the_place_of_params_yaml(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    def record(settings: Config, name: str) -> stream.Recorded:
        seen.extend((name, settings.clock.name, settings.cluster.address))
        return stream.Recorded(1, [], {})

    chosen = ["clock=profile", "cluster.address=HOST:6379"]
    monkeypatch.setattr(stream, "record", record)
    monkeypatch.setattr(sys, "argv", ["stream", "--system", "offline", *chosen])
    assert stream.main() == 0
    assert seen == ["offline", "profile", "HOST:6379"]
    assert capsys.readouterr().out == "offline: 1 recordings, 0 failed\n"
