"""Captions: committed words, cut into cues that can be read, as text, SRT or WebVTT."""

from streamwer.formats.captions.cue import Cue, layout
from streamwer.formats.captions.formats import FORMATS, Format
from streamwer.formats.captions.segmentation import Cutter
from streamwer.formats.captions.writing import Writer

__all__ = ["FORMATS", "Cue", "Cutter", "Format", "Writer", "layout"]
