"""Recordings that a run has finished, kept so that they need not be streamed again."""

from streamwer.cluster.finished.keeping import Kept
from streamwer.cluster.finished.running import Run, running, runs
from streamwer.cluster.finished.sessions import Sessions
from streamwer.cluster.finished.store import REMEDY, Place, Store

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
