"""Captions: committed words, cut into cues that can be read, as text, SRT or WebVTT."""

from streamwer.captions.cue import Cue, layout
from streamwer.captions.cutting import Cutter
from streamwer.captions.formats import FORMATS, Format
from streamwer.captions.writing import Writer

__all__ = ["FORMATS", "Cue", "Cutter", "Format", "Writer", "layout"]
