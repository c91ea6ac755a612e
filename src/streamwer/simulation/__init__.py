"""Simulated real time: clocks, and the loop that plays recordings into a recogniser."""

from streamwer.simulation.clock import CLOCKS, Clock
from streamwer.simulation.clock import build as build_clock
from streamwer.simulation.stream import Stream, play, serve

__all__ = ["CLOCKS", "Clock", "Stream", "build_clock", "play", "serve"]
