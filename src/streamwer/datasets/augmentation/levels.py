"""How loud speech is, pauses left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streamwer.audio import samples
from streamwer.audio.decoding import Samples

_FRAME = samples(0.02)
_BLOCK = 4096 * _FRAME
_RANGE_DB = 30.0
"""A frame this far below the loudest one is a pause."""


def active_power(signal: Samples) -> float:
    """Mean power of the frames of 20 ms in which something is said; 0 for digital silence.

    Those are the frames within 30 dB of the loudest one: a pause of half the call would otherwise
    make its speech look 3 dB quieter than it is.
    """
    blocks = (signal[at : at + _BLOCK] for at in range(0, len(signal), _BLOCK))
    power = np.concatenate([np.zeros(0), *map(_powers, blocks)])
    if not len(power) or power.max() == 0:
        return 0.0
    return float(power[power >= power.max() / 10 ** (_RANGE_DB / 10)].mean())


def _powers(signal: Samples) -> NDArray[np.float64]:
    """Of each frame, the last one filled up with silence."""
    count = -(-len(signal) // _FRAME)
    padded = np.pad(signal, (0, count * _FRAME - len(signal))).reshape(count, _FRAME)
    found: NDArray[np.float64] = np.mean(np.square(padded, dtype=np.float64), axis=1)
    return found
