"""A faster-whisper model whose stages are timed and counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.feature_extractor import FeatureExtractor

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.model import ModelConfig
from streamwer.errors import ModelError
from streamwer.recognisers.base import Recogniser, Window
from streamwer.recognisers.stage_timer import StageTimer
from streamwer.text import languages

Timed = TypeVar("Timed", bound="TimedWhisper")
NOISE = np.random.default_rng(0).normal(0, 1e-3, SAMPLE_RATE).astype(np.float32)
"""A second of sound to try a model on."""


class _TimedFeatures(FeatureExtractor):  # type: ignore[misc]
    def __init__(self, meter: StageTimer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._meter = meter

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self._meter.time_stage("features"):
            features = super().__call__(*args, **kwargs)
        self._meter.add_work(feature_frames=features.shape[-1])
        return features


class TimedWhisper(WhisperModel):  # type: ignore[misc]
    """A WhisperModel whose stages report to a timer; it computes exactly the same."""

    def __init__(self, meter: StageTimer, path: str, **kwargs: Any) -> None:
        super().__init__(path, **kwargs)
        self._meter = meter
        self.feature_extractor = _TimedFeatures(meter, **self.feat_kwargs)

    def encode(self, features: Any) -> Any:
        windows = len(features) if features.ndim > 2 else 1
        self._meter.add_work(encodings=windows, encoder_frames=windows * features.shape[-1])
        with self._meter.time_stage("encode"):
            return super().encode(features)

    def generate_with_fallback(
        self, encoder_output: Any, prompt: list[int], *args: Any, **kwargs: Any
    ) -> Any:
        with self._meter.time_stage("decode"):
            decoded = super().generate_with_fallback(encoder_output, prompt, *args, **kwargs)
        tokens = len(decoded[0].sequences_ids[0])
        self._meter.add_work(prompt_tokens=len(prompt), decoded_tokens=tokens)
        return decoded

    def find_alignment(self, tokenizer: Any, text_tokens: Any, *args: Any, **kwargs: Any) -> Any:
        self._meter.add_work(aligned_tokens=sum(map(len, text_tokens)))
        with self._meter.time_stage("align"):
            return super().find_alignment(tokenizer, text_tokens, *args, **kwargs)


def load_whisper(kind: type[Timed], meter: StageTimer, path: Path, model: ModelConfig) -> Timed:
    """Load a model as its config says.

    Args:
        kind: the class of the model.
        meter: records the time of its stages.
        path: CTranslate2 model folder.
        model: how to load it.

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
    languages.check_model_language(model.language, model.name, whisper.supported_languages)
    return whisper


def transcribe_noise(recogniser: Recogniser) -> None:
    """Transcribe a second of noise, and run the voice detector on it: a first call is slower."""
    recogniser.recognise(Window(NOISE, 0))
    recogniser.recognise(Window(NOISE, 0, listen_only=True))
