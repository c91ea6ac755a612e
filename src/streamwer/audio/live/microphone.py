"""A microphone as a source, through PortAudio (the optional package `sounddevice`)."""

from __future__ import annotations

import importlib
import queue
from collections.abc import Callable
from typing import Any

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.audio.live.pcm import decode_pcm
from streamwer.audio.live.pipes import NO_AUDIO, AppendAudio, AudioProducer
from streamwer.errors import AudioError

_POLL_S = 0.1


def open_microphone(device: str, on_overflow: Callable[[], None]) -> AudioProducer:
    """Open an input device and return a producer of its audio, mono.

    Args:
        device: its number, its name or a part of that; empty is the system's default.
        on_overflow: called each time that PortAudio has dropped audio because the machine was too
            slow; how much is unknown.

    Raises:
        AudioError: the package, PortAudio or the device is missing.
    """
    library = _import_library()
    selector = int(device) if device.isdecimal() else device or None
    rate = _choose_rate(library, selector, device)

    def produce(append: AppendAudio) -> None:
        try:
            _record(library, selector, rate, append, on_overflow)
        except library.PortAudioError as error:
            raise _build_device_error(library, device, error) from error

    return produce


def _import_library() -> Any:
    try:
        return importlib.import_module("sounddevice")
    except ImportError as error:
        raise AudioError(
            "--microphone needs the package sounddevice: pip install sounddevice"
        ) from error
    except OSError as error:
        raise AudioError(
            "--microphone needs PortAudio, which is not installed"
            " (on Debian and Ubuntu: apt-get install libportaudio2)"
        ) from error


def _choose_rate(library: Any, selector: int | str | None, device: str) -> int:
    """Choose the rate to record at: the model's if the device can, else the device's own."""
    try:
        settings = library.query_devices(selector, "input")
    except (ValueError, library.PortAudioError) as error:
        raise _build_device_error(library, device, error) from error
    try:
        library.check_input_settings(selector, 1, "int16", samplerate=SAMPLE_RATE)
    except library.PortAudioError:
        return int(settings["default_samplerate"])
    return SAMPLE_RATE


def _record(
    library: Any,
    selector: int | str | None,
    rate: int,
    append: AppendAudio,
    on_overflow: Callable[[], None],
) -> None:
    arrived: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    begun = False

    def record(data: Any, _frames: int, _time: Any, status: Any) -> None:
        nonlocal begun
        if status.input_overflow and begun:  # before the first block nothing can be missing
            on_overflow()
        begun = True
        arrived.put(bytes(data))

    def read(_: int) -> bytes:
        while append(NO_AUDIO):  # more is wanted
            try:
                return arrived.get(timeout=_POLL_S)
            except queue.Empty:
                if not stream.active:
                    raise AudioError("the microphone has stopped") from None
        return b"" if arrived.empty() else arrived.get_nowait()

    with library.RawInputStream(
        samplerate=rate, device=selector, channels=1, dtype="int16", callback=record
    ) as stream:
        for block in decode_pcm(read, rate, 1, "the microphone"):
            append(block)


def _build_device_error(library: Any, device: str, error: Exception) -> AudioError:
    inputs = [each["name"] for each in library.query_devices() if each["max_input_channels"]]
    known = f"there are {', '.join(map(repr, inputs))}" if inputs else "this machine has none"
    flag = f"--microphone {device}" if device else "--microphone"
    reason = " ".join(str(error).split())
    return AudioError(f"{flag}: no such input device, or it cannot be used ({reason}); {known}")
