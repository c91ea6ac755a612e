"""A served model as a recogniser: each window is posted as a WAV file, OpenAI's way.

The round trip, with the waits before further attempts, is what a listener has to wait for: all of
it is the compute of the step. Pauses are listened for here, not by the server.
"""

from __future__ import annotations

import io
import logging
import wave
from dataclasses import replace

import numpy as np

from streamwer.audio import samples
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config import bounds
from streamwer.config.engine import HttpConfig
from streamwer.errors import ModelError
from streamwer.recognisers import answers
from streamwer.recognisers.answers import AnswerError, Timing
from streamwer.recognisers.base import Window
from streamwer.recognisers.http_client import Client
from streamwer.recognisers.stage_timer import Meter
from streamwer.recognisers.vad import silence
from streamwer.types import Hypothesis

log = logging.getLogger(__name__)

_PEAK = 2**15 - 1


class Http:
    """One connection to a server.

    Args:
        language: what is spoken, as the server calls it; empty lets it find out.

    Raises:
        ConfigError: the engine's values make no sense, or the API key is not in the environment.
    """

    def __init__(self, engine: HttpConfig, language: str) -> None:
        bounds.check(engine)
        self._config, self._language = engine, language
        self._client = Client(engine)
        self._meter = Meter()
        self._timing = Timing.WORDS

    def recognise(self, window: Window) -> Hypothesis:
        """Transcribe one window; one that is too short to post is empty.

        Raises:
            ModelError: the server cannot be reached, refuses, or answers with something else.
        """
        quiet, heard = 0.0, Hypothesis()
        with self._meter.whole_call():
            if window.listen_only:
                quiet = silence(window, self._config.speech_threshold, self._meter)
            elif len(window.audio) >= max(1, samples(self._config.shortest_s)):
                heard = self._heard(window)
        return replace(heard, silence=quiet, **self._meter.cost())

    def facts(self) -> dict[str, str]:
        """Where word times come from: the worst that this worker met."""
        return {"word_times": self._timing.value}

    def _heard(self, window: Window) -> Hypothesis:
        sound = _wav(window.audio)
        with self._meter.timing("decode"):
            body = self._client.post(self._fields(window), sound)
        try:
            heard, timing = answers.read(body, window, self._language)
        except AnswerError as error:
            raise ModelError(f"{self._client.where}: status 200, but {error}") from error
        self._note(timing)
        return heard

    def _fields(self, window: Window) -> list[tuple[str, str]]:
        config = self._config
        fields = [
            ("model", config.own_model),
            ("response_format", config.response_format),
            ("temperature", f"{config.temperature:g}"),
        ]
        if self._language:
            fields.append(("language", self._language))
        if config.send_prompt and window.prompt.strip():
            fields.append(("prompt", window.prompt))
        if config.response_format == "verbose_json":
            fields += [("timestamp_granularities[]", each) for each in ("word", "segment")]
        return fields

    def _note(self, timing: Timing) -> None:
        """Say it when word times are made up, the first time."""
        if timing.rank > self._timing.rank:
            self._timing = timing
            log.warning("%s: no word times in its answers: %s", self._client.where, timing.value)


def _wav(audio: Samples) -> bytes:
    """A window as a WAV file of 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(np.rint(np.clip(audio, -1, 1) * _PEAK).astype("<i2").tobytes())
    return file.getvalue()
