"""Recordings that a run has finished, kept so that they need not be streamed again."""

from streamwer.runners.cache.caching import Kept
from streamwer.runners.cache.run_lock import Run, running, runs
from streamwer.runners.cache.sessions import Sessions
from streamwer.runners.cache.store import REMEDY, Place, Store

__all__ = [
    "REMEDY",
    "Kept",
    "Place",
    "Run",
    "Sessions",
    "Store",
    "running",
    "runs",
]
