"""faster-whisper as a recogniser: its own `transcribe`, with every stage metered.

`transcribe` pads each window to 30 s and asks the decoder for word timestamps, which is how
the published streaming systems call it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.feature_extractor import FeatureExtractor

from streamwer.audio import SAMPLE_RATE
from streamwer.config import ModelConfig
from streamwer.errors import ModelError
from streamwer.recognisers.base import Window
from streamwer.transcript import Compute, Effort, Hypothesis, Word

Stage = Literal["features", "encode", "decode", "align"]


class Meter:
    """Adds up what one recogniser call spends and does."""

    def __init__(self) -> None:
        self.compute, self.effort = Compute(), Effort()

    @contextmanager
    def timing(self, stage: Stage) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            spent = getattr(self.compute, stage) + time.perf_counter() - began
            self.compute = replace(self.compute, **{stage: spent})

    def did(self, **effort: int) -> None:
        self.effort += Effort(**effort)

    def account_for(self, seconds: float) -> None:
        """Book what a whole call of `seconds` spent outside the stages."""
        self.compute = replace(self.compute, other=max(0.0, seconds - self.compute.total))

    def reset(self) -> None:
        self.compute, self.effort = Compute(), Effort()


class _MeteredFeatures(FeatureExtractor):  # type: ignore[misc]
    def __init__(self, meter: Meter, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._meter = meter

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self._meter.timing("features"):
            return super().__call__(*args, **kwargs)


class _MeteredWhisper(WhisperModel):  # type: ignore[misc]
    """A WhisperModel whose stages report to a meter; it computes exactly the same."""

    def __init__(self, meter: Meter, path: str, **kwargs: Any) -> None:
        super().__init__(path, **kwargs)
        self._meter = meter
        self.feature_extractor = _MeteredFeatures(meter, **self.feat_kwargs)

    def encode(self, features: Any) -> Any:
        self._meter.did(encoder_frames=features.shape[-1])
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

    def find_alignment(self, *args: Any, **kwargs: Any) -> Any:
        with self._meter.timing("align"):
            return super().find_alignment(*args, **kwargs)


class FasterWhisper:
    """One loaded Whisper model. Build it in the process that uses it: forking it hangs.

    Args:
        path: CTranslate2 model folder.
        config: how to load and how to decode.

    Raises:
        ModelError: the folder is not a usable model.
    """

    def __init__(self, path: Path, config: ModelConfig) -> None:
        self._config = config
        self._meter = Meter()
        try:
            self._model = _MeteredWhisper(
                self._meter,
                str(path),
                device=config.device,
                compute_type=config.compute_type,
                cpu_threads=config.cpu_threads,
                num_workers=1,
            )
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{path}: the model cannot be loaded ({error})") from error
        self._warm_up()

    def recognise(self, window: Window) -> Hypothesis:
        """Transcribe one window of any length; empty audio gives an empty hypothesis."""
        self._meter.reset()
        began = time.perf_counter()
        segments = list(self._transcribe(window))
        self._meter.account_for(time.perf_counter() - began)
        offset = window.start / SAMPLE_RATE
        words = (word for segment in segments for word in segment.words or ())
        return Hypothesis(
            words=tuple(_word(word, offset) for word in words if word.word.strip()),
            segment_ends=tuple(round(segment.end + offset, 3) for segment in segments),
            compute=self._meter.compute,
            effort=self._meter.effort,
        )

    def _transcribe(self, window: Window) -> Iterator[Any]:
        config = self._config
        segments, _ = self._model.transcribe(
            window.audio,
            language=config.language,
            beam_size=config.beam_size,
            temperature=config.temperatures,
            condition_on_previous_text=config.condition_on_previous_text,
            no_speech_threshold=config.no_speech_threshold,
            log_prob_threshold=config.log_prob_threshold,
            compression_ratio_threshold=config.compression_ratio_threshold,
            initial_prompt=window.prompt or None,
            word_timestamps=True,
            vad_filter=False,
        )
        yield from segments

    def _warm_up(self) -> None:
        """The first call allocates and is slower: it must not count as a step."""
        hiss = np.random.default_rng(0).normal(0, 1e-3, SAMPLE_RATE).astype(np.float32)
        self.recognise(Window(hiss, 0))


def _word(word: Any, offset: float) -> Word:
    return Word(
        text=word.word.strip(),
        start=round(float(word.start) + offset, 3),
        end=round(float(word.end) + offset, 3),
        probability=round(float(word.probability), 4),
    )
