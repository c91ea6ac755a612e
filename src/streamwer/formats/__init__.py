"""Logs that any program wrote: read into the event log, scored like our own, written for others.

One module per format. Each turns its log into `Log`, whose steps `streamwer.metrics.score` takes
unchanged. Needs neither Hydra, Ray, DVC nor a model.
"""

from streamwer.formats.base import Log
from streamwer.formats.detection import FORMATS, read
from streamwer.formats.pairing import pair

__all__ = ["FORMATS", "Log", "pair", "read"]
