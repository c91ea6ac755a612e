"""Where a stream has speech: Silero VAD, which faster-whisper ships, run on what is new."""

from __future__ import annotations

from typing import Any

import numpy as np

from streamwer.audio import SAMPLE_RATE, Samples
from streamwer.recognisers.base import Window

_FRAME, _CONTEXT = 512, 64  # samples: what Silero hears at a time, and of the frame before
_HYSTERESIS = 0.15  # once there is speech, this much less still counts as speech


class SpeechDetector:
    """Follows one stream.

    Args:
        threshold: probability from which 32 ms count as speech.
    """

    def __init__(self, threshold: float) -> None:
        from faster_whisper.vad import get_vad_model

        self._session: Any = get_vad_model().session
        self._threshold = threshold
        self._reset(0)

    def hear(self, audio: Samples, start: int) -> None:
        """Go on with what is new in a window; audio that no window held starts it afresh."""
        if start > self._heard:
            self._reset(start)
        new = audio[self._heard - start :]
        frames = len(new) // _FRAME
        if frames > 0:
            self._listen(np.asarray(new[: frames * _FRAME], np.float32).reshape(frames, _FRAME))

    def silence(self, start: int, end: int) -> float:
        """Seconds without speech at the end of the window of samples [start, end)."""
        return max(0, end - max(start, self._spoken)) / SAMPLE_RATE

    def _reset(self, start: int) -> None:
        self._heard = self._spoken = start
        self._talking = False
        self._state = np.zeros((2, 1, 1, 128), np.float32)
        self._tail = np.zeros(_CONTEXT, np.float32)

    def _listen(self, frames: Samples) -> None:
        before = np.concatenate((self._tail[None], frames[:-1, -_CONTEXT:]))
        inputs = {
            "input": np.concatenate((before, frames), axis=1),
            "h": self._state[0],
            "c": self._state[1],
        }
        probabilities, h, c = self._session.run(None, inputs)
        self._state, self._tail = np.stack((h, c)), frames[-1, -_CONTEXT:]
        for probability in np.ravel(probabilities):
            self._heard += _FRAME
            self._talking = probability >= self._threshold - _HYSTERESIS * self._talking
            if self._talking:
                self._spoken = self._heard


def silence(window: Window, threshold: float) -> float:
    """Seconds without speech at the end of a window; all of it if there is no speech in it."""
    if window.memory.speech is None:
        window.memory.speech = SpeechDetector(threshold)
    detector = window.memory.speech
    detector.hear(window.audio, window.start)
    return detector.silence(window.start, window.start + len(window.audio))
