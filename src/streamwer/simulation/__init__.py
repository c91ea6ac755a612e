"""Simulated real time: clocks, and the loop that plays recordings into a recogniser."""

from streamwer.simulation.clock import CLOCKS, Clock, clock_of
from streamwer.simulation.clock import build as build_clock
from streamwer.simulation.profile import Profile
from streamwer.simulation.stream import Stream, play, serve

__all__ = ["CLOCKS", "Clock", "Profile", "Stream", "build_clock", "clock_of", "play", "serve"]
