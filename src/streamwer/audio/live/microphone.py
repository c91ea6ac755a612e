"""A microphone as a source, through PortAudio (the optional package `sounddevice`)."""

from __future__ import annotations

import importlib
import queue
from collections.abc import Callable
from typing import Any

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.audio.live.pcm import blocks
from streamwer.audio.live.pipes import NOTHING, Bring, Put
from streamwer.errors import AudioError

_PATIENCE_S = 0.1
_EXTRA = "pip install 'streamwer[microphone]'"


def microphone(device: str, interrupted: Callable[[], None]) -> Bring:
    """Audio of an input device, mono.

    Args:
        device: its number, its name or a part of that; empty is the system's default.
        interrupted: told each time that PortAudio has thrown audio away, because the machine was
            too slow to take it; how much, it does not know.

    Raises:
        AudioError: the package, PortAudio or the device is not there.
    """
    library = _library()
    chosen = int(device) if device.isdecimal() else device or None
    rate = _rate(library, chosen, device)

    def bring(put: Put) -> None:
        try:
            _record(library, chosen, rate, put, interrupted)
        except library.PortAudioError as error:
            raise _unusable(library, device, error) from error

    return bring


def _library() -> Any:
    try:
        return importlib.import_module("sounddevice")
    except ImportError as error:
        raise AudioError(f"--microphone needs the package sounddevice: {_EXTRA}") from error
    except OSError as error:
        raise AudioError(
            "--microphone needs PortAudio, which is not installed"
            " (on Debian and Ubuntu: apt-get install libportaudio2)"
        ) from error


def _rate(library: Any, chosen: int | str | None, device: str) -> int:
    """The rate to record at: what the model hears, if the device can; else the device's own."""
    try:
        found = library.query_devices(chosen, "input")
    except (ValueError, library.PortAudioError) as error:
        raise _unusable(library, device, error) from error
    try:
        library.check_input_settings(chosen, 1, "int16", samplerate=SAMPLE_RATE)
    except library.PortAudioError:
        return int(found["default_samplerate"])
    return SAMPLE_RATE


def _record(
    library: Any,
    chosen: int | str | None,
    rate: int,
    put: Put,
    interrupted: Callable[[], None],
) -> None:
    arrived: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    begun = False

    def record(data: Any, _frames: int, _time: Any, status: Any) -> None:
        nonlocal begun
        if status.input_overflow and begun:  # before the first block nothing can be missing
            interrupted()
        begun = True
        arrived.put(bytes(data))

    def read(_: int) -> bytes:
        while put(NOTHING):  # still wanted
            try:
                return arrived.get(timeout=_PATIENCE_S)
            except queue.Empty:
                if not stream.active:
                    raise AudioError("the microphone has stopped") from None
        return b"" if arrived.empty() else arrived.get_nowait()

    with library.RawInputStream(
        samplerate=rate,
        device=chosen,
        channels=1,
        dtype="int16",
        callback=record,
    ) as stream:
        for block in blocks(read, rate, 1, "the microphone"):
            put(block)


def _unusable(library: Any, device: str, error: Exception) -> AudioError:
    inputs = [each["name"] for each in library.query_devices() if each["max_input_channels"]]
    there = f"there are {', '.join(map(repr, inputs))}" if inputs else "this machine has none"
    which = f"--microphone {device}" if device else "--microphone"
    reason = " ".join(str(error).split())
    return AudioError(f"{which}: no such input device, or it cannot be used ({reason}); {there}")
