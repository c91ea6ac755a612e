"""Data sets: recordings with their transcripts, from a folder or from the Hugging Face hub.

`prepare` turns a source into a folder with a manifest and 16 kHz mono audio; `read_manifest` reads
such a folder, `outcome` what became of the source's rows, and `origin` where they are from.
Everything after that knows only prepared data sets.
"""

from streamwer.datasets.augment import journeys, played
from streamwer.datasets.collecting import Progress
from streamwer.datasets.origins import Origin, is_commit
from streamwer.datasets.origins import read as origin
from streamwer.datasets.preparing import prepare
from streamwer.datasets.previewing import Preview, preview
from streamwer.datasets.problems import Outcome
from streamwer.datasets.problems import read as outcome
from streamwer.formats.manifest import read as read_manifest
from streamwer.formats.manifest import write as write_manifest

__all__ = [
    "Origin",
    "Outcome",
    "Preview",
    "Progress",
    "is_commit",
    "journeys",
    "origin",
    "outcome",
    "played",
    "prepare",
    "preview",
    "read_manifest",
    "write_manifest",
]
