"""Data sets: recordings with their transcripts, from a folder or from the Hugging Face hub.

`prepare` turns a source into a folder with a manifest and 16 kHz mono audio; `read_manifest` reads
such a folder. Everything after that knows only prepared data sets.
"""

from streamwer.datasets.manifest import read as read_manifest
from streamwer.datasets.manifest import write as write_manifest
from streamwer.datasets.preparing import Progress, prepare

__all__ = ["Progress", "prepare", "read_manifest", "write_manifest"]
