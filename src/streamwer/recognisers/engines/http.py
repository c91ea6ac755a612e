"""A served model as a recogniser: each window is posted as a WAV file, OpenAI's way.

The round trip, with the waits before further attempts, is what a listener has to wait for: all of
it is the compute of the step. Pauses are listened for here, not by the server.
"""

from __future__ import annotations

import io
import logging
import wave
from dataclasses import dataclass, replace
from pathlib import Path

from streamwer.audio import encode_pcm, seconds_to_samples
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.engine import EngineConfig
from streamwer.config.model import ModelConfig
from streamwer.config.registry import engine
from streamwer.config.settings import check_settings, setting
from streamwer.errors import ModelError
from streamwer.recognisers.base import Window
from streamwer.recognisers.http_client import Client, ClientConfig
from streamwer.recognisers.stage_timer import StageTimer
from streamwer.recognisers.transcription_response import ResponseError, WordTiming, parse_response
from streamwer.recognisers.vad import detect_silence
from streamwer.text.languages import AUTO
from streamwer.types import Hypothesis

log = logging.getLogger(__name__)


@engine("http")
class Http:
    """A served model: windows are posted to an endpoint like OpenAI's /v1/audio/transcriptions.

    Args:
        config: which endpoint, and how it is called.
        model: whose language is spoken; the rest is the server's.
        folder: not used.

    Raises:
        ConfigError: a setting makes no sense, or the API key is not in the environment.
    """

    @dataclass
    class Config(ClientConfig, EngineConfig):
        """Settings of a served model."""

        own_model: str = setting(
            "whisper-1", "what the server calls its model; conf/model only says the language"
        )
        temperature: float = setting(
            0.0, "sampling temperature; 0 is the most repeatable", at_least=0, at_most=1
        )
        send_prompt: bool = setting(True, "whether the text before a window is sent with it")
        response_format: str = setting(
            "verbose_json",
            "verbose_json asks for word times; json for servers that know no other",
            one_of=("verbose_json", "json"),
        )
        shortest_s: float = setting(
            0.1,
            "windows shorter than this are not posted, seconds; OpenAI refuses them",
            at_least=0,
        )

    def __init__(self, config: Config, model: ModelConfig, folder: Path | None = None) -> None:
        check_settings("engine", config)
        self._config = config
        self._language = "" if model.language == AUTO else model.language
        self._client = Client(config)
        self._meter = StageTimer()
        self._timing = WordTiming.WORDS

    def recognise(self, window: Window) -> Hypothesis:
        """Transcribe one window; one that is too short to post is empty.

        Raises:
            ModelError: the server cannot be reached, refuses, or answers with something else.
        """
        quiet, hypothesis = 0.0, Hypothesis()
        with self._meter.time_call():
            if window.listen_only:
                quiet = detect_silence(window, self._config.speech_threshold, self._meter)
            elif len(window.audio) >= max(1, seconds_to_samples(self._config.shortest_s)):
                hypothesis = self._transcribe(window)
        return replace(hypothesis, silence=quiet, **self._meter.read_cost())

    def facts(self) -> dict[str, str]:
        """Return where word times come from: the worst that this worker met."""
        return {"word_times": self._timing.value}

    def _transcribe(self, window: Window) -> Hypothesis:
        sound = _encode_wav(window.audio)
        with self._meter.time_stage("decode"):
            body = self._client.post(self._build_fields(window), sound)
        try:
            hypothesis, timing = parse_response(body, window, self._language)
        except ResponseError as error:
            raise ModelError(f"{self._client.where}: status 200, but {error}") from error
        if timing.rank > self._timing.rank:
            self._timing = timing
            log.warning("%s: no word times in its answers: %s", self._client.where, timing.value)
        return hypothesis

    def _build_fields(self, window: Window) -> list[tuple[str, str]]:
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


def _encode_wav(audio: Samples) -> bytes:
    """Encode a window as a WAV file of 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(encode_pcm(audio))
    return file.getvalue()
