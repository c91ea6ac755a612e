"""Real time, simulated or not: clocks, and the loop that plays streams into a recogniser."""

from streamwer.simulation.clock import CLOCKS, Clock, Wall, clock_of
from streamwer.simulation.clock import build as build_clock
from streamwer.simulation.profile import Profile
from streamwer.simulation.source import Arrived, Recording, Source
from streamwer.simulation.stream import Stream, play, serve

__all__ = [
    "CLOCKS",
    "Arrived",
    "Clock",
    "Profile",
    "Recording",
    "Source",
    "Stream",
    "Wall",
    "build_clock",
    "clock_of",
    "play",
    "serve",
]
