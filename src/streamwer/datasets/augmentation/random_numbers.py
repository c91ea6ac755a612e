"""Random numbers that belong to one recording: the same on every run, others for another one."""

from __future__ import annotations

import hashlib

import numpy as np


def generator(seed: int, purpose: str, recording: str) -> np.random.Generator:
    """A generator of its own for each seed, purpose and recording."""
    named = hashlib.sha256(f"{seed}\0{purpose}\0{recording}".encode()).digest()
    return np.random.default_rng(int.from_bytes(named[:16]))
