"""Which language a stream is in: as the model is set, or detected in its speech and kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from faster_whisper import WhisperModel

from streamwer.audio import samples, seconds
from streamwer.audio.decoding import Samples
from streamwer.recognisers.base import Window
from streamwer.recognisers.stage_timer import Meter
from streamwer.recognisers.vad import FRAME, spans
from streamwer.text.languages import AUTO, ENGLISH
from streamwer.types import Hypothesis

ENOUGH_S = 2.0
"""Seconds of speech in a window by which a detected language is kept, however sure it is."""
_LEAST_S, _SURE = 1.0, 0.9
"""So many seconds are enough where it is so probable. Chosen with base on sentences in ten
languages: of 1.5 s one is still taken for another language, with 0.63, of 2 s none."""


class Languages:
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
        self, language: str, is_multilingual: bool, threshold: float, meter: Meter
    ) -> None:
        detected = "" if is_multilingual else ENGLISH
        self.fixed = detected if language == AUTO else language
        self._threshold, self._meter = threshold, meter

    def of(self, window: Window) -> str:
        """Tell the language of a window's stream; it is empty until it is kept."""
        return self.fixed or window.memory.language

    def keep(self, window: Window, language: str, probability: float) -> None:
        """Keep what was detected in a window for its stream, if it holds enough speech for that.

        With less, the window is decoded in that language, and the next is asked again.

        Args:
            window: of a stream whose language is not known.
            language: what was detected.
            probability: of that language.
        """
        self._keep(window, language, probability, self._speech(window))

    def detect(self, window: Window, model: WhisperModel) -> str:
        """Tell the language of a window, detected in the first 30 s of its speech if need be.

        It takes an encoding of its own; see `keep` for what is detected in one that is there.
        """
        if known := self.of(window):
            return known
        speech = self._speech(window)
        heard = speech if len(speech) else window.audio
        language, probability, _ = model.detect_language(heard)
        self._keep(window, language, probability, speech)
        return str(language)

    def label(self, heard: Hypothesis, window: Window, language: str = "") -> Hypothesis:
        """Note on a hypothesis in which detected language its stream is.

        Args:
            heard: the hypothesis.
            window: where it was heard.
            language: in which it was decoded; empty where it was not.
        """
        if self.fixed:
            return heard
        kept = window.memory.language
        provisional = bool(language) and not kept
        return replace(heard, language=language or kept, provisional=provisional)

    def _keep(self, window: Window, language: str, probability: float, speech: Samples) -> None:
        if seconds(len(speech)) >= (_LEAST_S if probability >= _SURE else ENOUGH_S):
            window.memory.language = language

    def _speech(self, window: Window) -> Samples:
        """Cut a window's speech out of it."""
        audio = window.audio
        with self._meter.timing("listen"):
            found = spans(audio, self._threshold)
        self._meter.did(listened_frames=len(audio) // FRAME)
        parts = [audio[samples(begin) : samples(end)] for begin, end in found]
        return np.concatenate(parts) if parts else audio[:0]
