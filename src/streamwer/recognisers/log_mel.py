"""Log-mel features of a stream: those of audio already seen are kept, not computed again.

What faster-whisper computes for a window depends on the window in two ways: at its edges, where
the audio is mirrored, and through its loudest frame, which sets the floor of all. Frames are
therefore kept without the floor, and those at either edge are computed for each window.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streamwer.audio import HOP
from streamwer.audio.decoding import SAMPLE_RATE, Samples

FRAMES_PER_SECOND = SAMPLE_RATE // HOP
REACH = 200  # samples that a frame hears to either side of its centre
EDGE = 2  # frames at the beginning that hear mirrored audio
TOO_SHORT = 2000  # samples: not worth keeping
_BLOCK = 16  # frames in one product; a larger one would wake a second thread of numpy's
_BEYOND = np.zeros(HOP + REACH, np.float32)  # faster-whisper's padding, and that mirrored
_HANN = np.hanning(2 * REACH + 1)[:-1].astype(np.float32)

Features = NDArray[np.float32]


class LogMel:
    """The features of one stream.

    Args:
        filters: of the model's mels, shape (mels, 201).
    """

    def __init__(self, filters: Features) -> None:
        self._filters = np.ascontiguousarray(filters.T, np.float32)
        self.computed = 0
        """Frames that the last window needed afresh."""
        self._first = 0  # the sample of the stream around which the first kept frame lies
        self._kept: Features = np.empty((0, len(filters)), np.float32)

    def compute_window(self, audio: Samples, start: int) -> Features:
        """Compute the features of the window that begins at sample `start` of the stream.

        The same as faster-whisper's `FeatureExtractor()(audio)` without its last frame, which is
        padding.

        Args:
            audio: samples of the window, shape (n,).
            start: where it begins; what is kept of later audio is forgotten.

        Returns:
            shape (mels, n // 160).
        """
        audio = np.asarray(audio, np.float32)
        if len(audio) < TOO_SHORT:
            mirrored = np.pad(np.pad(audio, (0, HOP)), REACH, mode="reflect")
            log = self._compute_log_power(_slice_frames(mirrored))
        else:
            log = self._compute_incrementally(audio, start)
        floored = np.maximum(log, log.max() - 8.0)[:-1]
        return np.ascontiguousarray(((floored + 4.0) / 4.0).T)

    def _compute_incrementally(self, audio: Samples, start: int) -> Features:
        """Compute log power from the frames kept, those that are new and the edges."""
        self._forget_before(start + EDGE * HOP)
        inner = (len(audio) - REACH) // HOP + 1 - EDGE  # frames that hear neither edge
        known = min(inner, len(self._kept))
        mirrored = np.concatenate((audio[REACH:0:-1], audio[: EDGE * HOP + REACH]))
        rest = np.concatenate((audio[(EDGE + known) * HOP - REACH :], _BEYOND))
        frames = np.concatenate((_slice_frames(mirrored), _slice_frames(rest)))
        fresh = self._compute_log_power(frames)
        log = np.concatenate((fresh[:EDGE], self._kept[:known], fresh[EDGE:]))
        if inner > len(self._kept):
            self._kept = log[EDGE : EDGE + inner]
        return log

    def _forget_before(self, first: int) -> None:
        """Keep only frames from the one around sample `first` on, if that is one of them."""
        behind, off = divmod(first - self._first, HOP)
        usable = not off and 0 <= behind <= len(self._kept)
        self._kept = self._kept[behind if usable else len(self._kept) :]
        self._first = first

    def _compute_log_power(self, frames: Samples) -> Features:
        """Compute log power without a floor, shape (frames, mels)."""
        self.computed = len(frames)
        power = np.abs(np.fft.rfft(frames * _HANN).astype(np.complex64)) ** 2
        blocks = np.zeros((-(-len(power) // _BLOCK), _BLOCK, power.shape[1]), np.float32)
        blocks.reshape(-1, power.shape[1])[: len(power)] = power
        mel = (blocks @ self._filters).reshape(-1, self._filters.shape[1])[: len(power)]
        return np.asarray(np.log10(np.maximum(mel, 1e-10)), np.float32)


def _slice_frames(audio: Samples) -> Samples:
    """Slice audio into overlapping frames but for the last, as faster-whisper; shape (n, 400)."""
    count, size = (len(audio) - 2 * REACH) // HOP, audio.itemsize
    return np.ndarray((count, 2 * REACH), np.float32, audio, strides=(HOP * size, size))
