"""Conditions: recordings altered as a line, a room or a microphone would, and how they arrive.

`alter` is for sound, when a data set is prepared; `Journey` is for packets, when it is played.
"""

from streamwer.conditions.altering import alter, check
from streamwer.conditions.noises import Voices
from streamwer.conditions.noises import files as noise_files
from streamwer.conditions.packets import Delivered, Journey

__all__ = ["Delivered", "Journey", "Voices", "alter", "check", "noise_files"]
