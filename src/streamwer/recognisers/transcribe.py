"""faster-whisper as a recogniser: its own `transcribe`, with every stage metered.

`transcribe` pads each window to 30 s and asks the decoder for word timestamps, which is how
the published streaming systems call it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.feature_extractor import FeatureExtractor

from streamwer.audio import seconds
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.engine import TranscribeConfig
from streamwer.config.model import ModelConfig
from streamwer.errors import ModelError
from streamwer.recognisers.base import Recogniser, Window
from streamwer.recognisers.language import Languages
from streamwer.recognisers.stage_timer import Meter
from streamwer.recognisers.vad import silence
from streamwer.recognisers.words import Piece, words
from streamwer.text import languages
from streamwer.types import Hypothesis

Metered = TypeVar("Metered", bound="MeteredWhisper")
HISS = np.random.default_rng(0).normal(0, 1e-3, SAMPLE_RATE).astype(np.float32)
"""A second of sound to try a model on."""


class _MeteredFeatures(FeatureExtractor):  # type: ignore[misc]
    def __init__(self, meter: Meter, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._meter = meter

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self._meter.timing("features"):
            features = super().__call__(*args, **kwargs)
        self._meter.did(feature_frames=features.shape[-1])
        return features


class MeteredWhisper(WhisperModel):  # type: ignore[misc]
    """A WhisperModel whose stages report to a meter; it computes exactly the same."""

    def __init__(self, meter: Meter, path: str, **kwargs: Any) -> None:
        super().__init__(path, **kwargs)
        self._meter = meter
        self.feature_extractor = _MeteredFeatures(meter, **self.feat_kwargs)

    def encode(self, features: Any) -> Any:
        windows = len(features) if features.ndim > 2 else 1
        self._meter.did(encodings=windows, encoder_frames=windows * features.shape[-1])
        with self._meter.timing("encode"):
            return super().encode(features)

    def generate_with_fallback(
        self, encoder_output: Any, prompt: list[int], *args: Any, **kwargs: Any
    ) -> Any:
        with self._meter.timing("decode"):
            decoded = super().generate_with_fallback(encoder_output, prompt, *args, **kwargs)
        tokens = len(decoded[0].sequences_ids[0])
        self._meter.did(prompt_tokens=len(prompt), decoded_tokens=tokens)
        return decoded

    def find_alignment(self, tokenizer: Any, text_tokens: Any, *args: Any, **kwargs: Any) -> Any:
        self._meter.did(aligned_tokens=sum(map(len, text_tokens)))
        with self._meter.timing("align"):
            return super().find_alignment(tokenizer, text_tokens, *args, **kwargs)


class Transcribe:
    """One loaded Whisper model. Build it in the process that uses it: forking it hangs.

    Args:
        path: CTranslate2 model folder.
        model: how to load it.
        engine: how to decode.

    Raises:
        ModelError: the folder is not a usable model.
        ConfigError: the model does not know the language.
    """

    def __init__(self, path: Path, model: ModelConfig, engine: TranscribeConfig) -> None:
        self._config, self._meter = engine, Meter()
        self._model = loaded(MeteredWhisper, self._meter, path, model)
        multilingual = self._model.model.is_multilingual
        self._languages = Languages(
            model.language, multilingual, engine.speech_threshold, self._meter
        )

    def warm_up(self) -> None:
        """Call the model once, and the voice detector."""
        try_out(self)

    def recognise(self, window: Window) -> Hypothesis:
        """Transcribe one window of any length; empty audio gives an empty hypothesis."""
        quiet, heard = 0.0, self._languages.label(Hypothesis(), window)
        with self._meter.whole_call():
            if window.listen_only or self._config.skip_silence:
                quiet = silence(window, self._config.speech_threshold, self._meter)
            silent = self._config.skip_silence and quiet >= seconds(len(window.audio))
            if not (window.listen_only or silent):
                heard = self._transcribe(window)
        return replace(heard, silence=quiet, **self._meter.cost())

    def spent(self) -> Hypothesis:
        """Compute and effort of the last call, until it ended or failed."""
        return Hypothesis(**self._meter.cost())

    def _transcribe(self, window: Window) -> Hypothesis:
        config, language = self._config, self._languages.detect(window, self._model)
        segments, _ = self._model.transcribe(
            window.audio,
            language=language,
            beam_size=config.beam_size,
            temperature=config.temperatures,
            condition_on_previous_text=config.condition_on_previous_text,
            no_speech_threshold=config.no_speech_threshold,
            log_prob_threshold=config.log_prob_threshold,
            compression_ratio_threshold=config.compression_ratio_threshold,
            initial_prompt=window.prompt or None,
            word_timestamps=True,
            vad_filter=config.vad_filter,
        )
        heard = hypothesis(list(segments), window, language)
        return self._languages.label(heard, window, language)


def loaded(kind: type[Metered], meter: Meter, path: Path, model: ModelConfig) -> Metered:
    """A model of that kind, loaded as its config says.

    Raises:
        ModelError: the folder is not a usable model.
        ConfigError: the model does not know the language.
    """
    try:
        whisper = kind(
            meter,
            str(path),
            device=model.device,
            compute_type=model.compute_type,
            cpu_threads=model.cpu_threads,
            num_workers=1,
        )
    except (RuntimeError, ValueError, IndexError) as error:
        why = " ".join(str(error).split())
        raise ModelError(
            f"{path}: the model cannot be loaded ({why}); if its model.bin is damaged, fetch it"
            " again"
        ) from error
    languages.check_model(model.language, model.name, whisper.supported_languages)
    return whisper


def try_out(recogniser: Recogniser) -> None:
    """Call the model once, and the voice detector."""
    recogniser.recognise(Window(HISS, 0))
    recogniser.recognise(Window(HISS, 0, listen_only=True))


def hypothesis(segments: Sequence[Any], window: Window, language: str) -> Hypothesis:
    """The words and segment ends of faster-whisper's segments, on the stream's line."""
    offset = window.start / SAMPLE_RATE
    parts = (part for segment in segments for part in segment.words or ())
    pieces = (Piece(part.word, part.start, part.end, part.probability) for part in parts)
    return Hypothesis(
        words=words(pieces, window, language),
        segment_ends=tuple(round(segment.end + offset, 3) for segment in segments),
    )
