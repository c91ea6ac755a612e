"""The language of a stream: as the model is set, or detected in its speech and kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from streamwer.audio import samples_to_seconds, seconds_to_samples
from streamwer.audio.decoding import Samples
from streamwer.recognisers.base import Window
from streamwer.recognisers.stage_timer import StageTimer
from streamwer.recognisers.vad import FRAME, find_speech
from streamwer.text.languages import AUTO, ENGLISH
from streamwer.types import Hypothesis

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

ENOUGH_S = 2.0
"""Seconds of speech in a window by which a detected language is kept, however sure it is."""
_LEAST_S, _SURE = 1.0, 0.9
"""So many seconds are enough where it is so probable. Chosen with base on sentences in ten
languages: of 1.5 s one is still taken for another language, with 0.63, of 2 s none."""


class LanguageTracker:
    """Knows in which language each stream of one model is.

    Args:
        language: `model.language`; auto has it detected.
        is_multilingual: whether the model knows other languages than English.
        threshold: of the voice detector.
        meter: told what is listened to.

    Attributes:
        fixed: the language of every stream; empty if it is detected for each.
    """

    def __init__(
        self, language: str, is_multilingual: bool, threshold: float, meter: StageTimer
    ) -> None:
        detected = "" if is_multilingual else ENGLISH
        self.fixed = detected if language == AUTO else language
        self._threshold, self._meter = threshold, meter

    def get_language(self, window: Window) -> str:
        """Tell the language of a window's stream; it is empty until it is kept."""
        return self.fixed or window.memory.language

    def set_language(
        self, window: Window, language: str, probability: float, speech: Samples | None = None
    ) -> None:
        """Keep what was detected in a window for its stream, if it holds enough speech for that.

        With less, the window is decoded in that language, and the next is asked again.

        Args:
            window: of a stream whose language is not known.
            language: what was detected.
            probability: of that language.
            speech: of the window, where it was cut out of it already.
        """
        speech = self._cut_speech(window) if speech is None else speech
        if samples_to_seconds(len(speech)) >= (_LEAST_S if probability >= _SURE else ENOUGH_S):
            window.memory.language = language

    def detect(self, window: Window, model: WhisperModel) -> str:
        """Tell the language of a window, detected in the first 30 s of its speech if need be.

        It takes an encoding of its own; see `set_language` for what one that is there tells.
        """
        if known := self.get_language(window):
            return known
        speech = self._cut_speech(window)
        speech_or_all = speech if len(speech) else window.audio
        language, probability, _ = model.detect_language(speech_or_all)
        self.set_language(window, language, probability, speech)
        return str(language)

    def label(self, hypothesis: Hypothesis, window: Window, language: str = "") -> Hypothesis:
        """Note on a hypothesis in which detected language its stream is.

        Args:
            hypothesis: the hypothesis.
            window: that was transcribed.
            language: in which it was decoded; empty where it was not.
        """
        if self.fixed:
            return hypothesis
        stored = window.memory.language
        provisional = bool(language) and not stored
        return replace(hypothesis, language=language or stored, provisional=provisional)

    def _cut_speech(self, window: Window) -> Samples:
        """Cut a window's speech out of it."""
        audio = window.audio
        with self._meter.time_stage("listen"):
            spans = find_speech(audio, self._threshold)
        self._meter.add_work(listened_frames=len(audio) // FRAME)
        parts = [audio[seconds_to_samples(begin) : seconds_to_samples(end)] for begin, end in spans]
        return np.concatenate(parts) if parts else audio[:0]
