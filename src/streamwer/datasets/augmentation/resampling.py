"""Another sampling rate, without delay."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from av import AudioFrame
from av.audio.resampler import AudioResampler

from streamwer.audio import joined
from streamwer.audio.decoding import Samples

_BLOCK = 1 << 16


def resampled(signal: Samples, rate: int, wanted: int) -> Samples:
    """The signal at `wanted` samples a second instead of `rate`."""
    if rate == wanted:
        return signal
    return joined(_resampled(signal, rate, wanted))


def _resampled(signal: Samples, rate: int, wanted: int) -> Iterator[Samples]:
    resampler = AudioResampler(format="flt", layout="mono", rate=wanted)
    for at in range(0, len(signal), _BLOCK):
        block = np.ascontiguousarray(signal[np.newaxis, at : at + _BLOCK], np.float32)
        frame = AudioFrame.from_ndarray(block, format="flt", layout="mono")
        frame.sample_rate = rate
        yield from (part.to_ndarray()[0] for part in resampler.resample(frame))
    yield from (part.to_ndarray()[0] for part in resampler.resample(None))


def fitted(signal: Samples, n: int) -> Samples:
    """The signal cut to `n` samples, or with silence after it."""
    return np.pad(signal[:n], (0, max(0, n - len(signal))))
