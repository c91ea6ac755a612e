"""Conditions: recordings altered as a line, a room or a microphone would, and how they arrive.

`alter` is for sound, when a data set is prepared; `Journey` is for packets, when it is played.
"""

from streamwer.datasets.augmentation.effects import alter, check
from streamwer.datasets.augmentation.noises import Voices
from streamwer.datasets.augmentation.noises import files as noise_files
from streamwer.datasets.augmentation.packets import Delivered, Journey

__all__ = ["Delivered", "Journey", "Voices", "alter", "check", "noise_files"]
