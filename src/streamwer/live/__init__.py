"""Live audio: a line on which it arrives while somebody listens, and what brings it there."""

from streamwer.live.line import Line
from streamwer.live.microphone import microphone
from streamwer.live.pcm import Form, blocks
from streamwer.live.reading import Bring, Put, feed, pipe

__all__ = ["Bring", "Form", "Line", "Put", "blocks", "feed", "microphone", "pipe"]
