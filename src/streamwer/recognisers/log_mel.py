"""Log-mel features of a stream: those of audio already seen are kept, not computed again.

What faster-whisper computes for a window depends on the window in two ways: at its edges, where
the audio is mirrored, and through its loudest frame, which sets the floor of all. Frames are
therefore kept without the floor, and the two frames at either edge are computed for each window.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from streamwer.audio import HOP, SAMPLE_RATE, Samples

FRAMES_PER_SECOND = SAMPLE_RATE // HOP
_REACH = 200  # samples that a frame hears to either side of its centre
_EDGE = 2  # frames at the beginning that hear mirrored audio
_TOO_SHORT = 2000  # samples: not worth keeping

Features = NDArray[np.float32]


class Extractor(Protocol):
    """What is needed of faster-whisper's `FeatureExtractor`."""

    n_fft: int
    hop_length: int
    mel_filters: Any

    def stft(self, *args: Any, **kwargs: Any) -> Any: ...


class LogMel:
    """The features of one stream.

    Args:
        extractor: of the model, for its mel filters.
    """

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self._hann = np.hanning(extractor.n_fft + 1)[:-1].astype(np.float32)
        self._first = 0  # the stream's frame that is kept first
        self._kept: Features = np.empty((len(extractor.mel_filters), 0), np.float32)

    def window(self, audio: Samples, start: int) -> Features:
        """Features of the window that begins at sample `start` of the stream.

        The same as `FeatureExtractor()(audio)` without its last frame, which is padding.

        Args:
            audio: samples of the window, shape (n,).
            start: where it begins; not before an earlier window.

        Returns:
            shape (mels, n // 160).
        """
        log = self._whole(audio) if self._alone(audio, start) else self._extended(audio, start)
        floored = np.maximum(log, log.max() - 8.0)
        return np.asarray((floored[:, :-1] + 4.0) / 4.0, np.float32)

    @staticmethod
    def _alone(audio: Samples, start: int) -> bool:
        return bool(start % HOP) or len(audio) < _TOO_SHORT

    def _whole(self, audio: Samples) -> Features:
        return self._log(np.pad(audio, (0, HOP)))

    def _extended(self, audio: Samples, start: int) -> Features:
        whole = (len(audio) - _REACH) // HOP + 1  # frames before this one hear no padding
        self._extend(audio, start // HOP, whole)
        left = self._log(audio[: 2 * _REACH + HOP])[:, :_EDGE]
        right = self._log(np.pad(audio[(whole - _EDGE) * HOP :], (0, HOP)))[:, _EDGE:]
        return np.concatenate((left, self._kept, right), axis=1)

    def _extend(self, audio: Samples, first: int, whole: int) -> None:
        """Keep just the frames from `first` + 2 to `first` + `whole` of the stream."""
        begin, end = first + _EDGE, first + whole
        known = self._first + self._kept.shape[1]
        if not self._first <= begin <= known:
            self._kept, known = self._kept[:, :0], begin
        else:
            self._kept = self._kept[:, begin - self._first :]
        self._first = begin
        if end > known:
            new = self._log(audio[(known - first - _EDGE) * HOP :])[:, _EDGE:]
            self._kept = np.concatenate((self._kept, new[:, : end - known]), axis=1)
        else:
            self._kept = self._kept[:, : end - begin]

    def _log(self, audio: Samples) -> Features:
        """Log power without a floor, one frame for every 160 samples."""
        audio = np.asarray(audio, np.float32)
        spectrum = self._extractor.stft(
            audio,
            self._extractor.n_fft,
            self._extractor.hop_length,
            window=self._hann,
            return_complex=True,
        ).astype(np.complex64)
        power = np.abs(spectrum[..., :-1]) ** 2
        mel = self._extractor.mel_filters @ power
        return np.asarray(np.log10(np.maximum(mel, 1e-10)), np.float32)
