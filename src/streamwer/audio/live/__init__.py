"""Live audio: a line on which it arrives while somebody listens, and what brings it there."""

from streamwer.audio.live.live_source import Line
from streamwer.audio.live.microphone import microphone
from streamwer.audio.live.pcm import Form, blocks
from streamwer.audio.live.pipes import Bring, Put, feed, pipe

__all__ = ["Bring", "Form", "Line", "Put", "blocks", "feed", "microphone", "pipe"]
