"""A microphone without one: PortAudio's Python package is played by a stand-in."""

from __future__ import annotations

import importlib
import json
import struct
import sys
import threading
from collections.abc import Callable, Container
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from streamwer.audio.live.live_source import LiveSource
from streamwer.audio.live.microphone import open_microphone
from streamwer.audio.live.pipes import start_feed
from streamwer.cli.command import main
from streamwer.errors import AudioError
from tests.cli.stand_ins import HalfSeconds

PATIENCE_S = 30.0


class PortAudioError(Exception):
    pass


class Stand:
    """What `sounddevice` offers, as far as we ask for it.

    Args:
        blocks: what is recorded before the device stops.
        rate: the only one that the device knows.
        late: numbers of the blocks before which PortAudio has thrown audio away.
    """

    PortAudioError = PortAudioError

    def __init__(self, blocks: list[bytes], rate: int = 16_000, late: Container[int] = ()) -> None:
        self._blocks, self.rate, self._late = blocks, rate, late
        self.opened: dict[str, Any] = {}
        self.active = True
        self.stopped = threading.Event()

    def query_devices(self, device: Any = None, kind: str | None = None) -> Any:
        every = {"name": "Built-in", "max_input_channels": 1, "default_samplerate": self.rate}
        if kind is None:
            return [every, {"name": "Speaker", "max_input_channels": 0}]
        if device not in (None, 0, "Built"):
            raise ValueError(f"No input device matching {device!r}")
        return every

    def check_input_settings(self, device: Any, channels: int, dtype: str, samplerate: int) -> None:
        if samplerate != self.rate:
            raise PortAudioError("Invalid sample rate")

    def RawInputStream(self, callback: Callable[..., None], **options: Any) -> Stand:  # noqa: N802
        self.opened = options
        for number, block in enumerate(self._blocks):
            status = SimpleNamespace(input_overflow=number in self._late)
            callback(memoryview(block), len(block) // 2, None, status)
        return self

    def __enter__(self) -> Stand:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()


def tone(count: int) -> bytes:
    return struct.pack(f"<{count}h", *([8192] * count))


def recorded(stand: Stand, monkeypatch: pytest.MonkeyPatch, device: str = "") -> LiveSource:
    monkeypatch.setitem(sys.modules, "sounddevice", stand)  # type: ignore[arg-type]
    line = LiveSource()
    start_feed(line, open_microphone(device, line.count_gap))
    return line


def test_what_is_recorded_arrives_until_the_user_hangs_up(monkeypatch: pytest.MonkeyPatch) -> None:
    stand = Stand([tone(1_600)] * 5)
    line = recorded(stand, monkeypatch, "Built")
    line.await_samples(8_000)
    np.testing.assert_array_equal(line.read_window(0, 8_000), np.full(8_000, 0.25, np.float32))
    assert stand.opened == {
        "samplerate": 16_000,
        "device": "Built",
        "channels": 1,
        "dtype": "int16",
    }
    line.hang_up()
    assert stand.stopped.wait(PATIENCE_S)
    assert line.error is None


def test_a_device_with_a_rate_of_its_own_is_resampled(monkeypatch: pytest.MonkeyPatch) -> None:
    stand = Stand([tone(4_800)] * 20, rate=48_000)
    line = recorded(stand, monkeypatch)
    line.await_samples(31_000)
    assert stand.opened["samplerate"] == 48_000
    assert line.read_window(8_000, 16_000).mean() == pytest.approx(0.25, abs=1e-3)
    line.hang_up()


def test_a_device_that_is_pulled_out_keeps_what_was_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    stand = Stand([tone(1_600)])
    line = recorded(stand, monkeypatch)
    stand.active = False
    line.await_samples(float("inf"))
    assert line.count_arrived(0.0) == (1_600, True)
    assert str(line.error) == "the microphone has stopped"


def test_audio_that_portaudio_threw_away_is_told_and_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    stand = Stand([tone(16_000)] * 5, late={0, 2, 3})  # before the first there is nothing to miss
    stand.active = False
    monkeypatch.setitem(sys.modules, "sounddevice", stand)  # type: ignore[arg-type]
    assert main(["--microphone"], load=lambda _: HalfSeconds()) == 1  # it has stopped
    (entry,) = json.loads(Path("transcripts.json").read_text())["files"]
    assert (entry["seconds"], entry["gaps"]) == (5.0, 2)
    told = capsys.readouterr().err.splitlines()
    assert sum("later words have times too early" in line for line in told) == 1
    assert any(line.endswith("audio was lost 2 times") for line in told)


def test_a_device_that_is_not_there_is_named_and_so_are_those_that_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", Stand([]))  # type: ignore[arg-type]
    with pytest.raises(AudioError, match=r"--microphone 7: no such .*; there are 'Built-in'"):
        open_microphone("7", lambda: None)


def test_without_the_package_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(AudioError, match=r"pip install sounddevice"):
        open_microphone("", lambda: None)


def test_without_portaudio_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(AudioError, match="apt-get install libportaudio2"):
        open_microphone("", lambda: None)
