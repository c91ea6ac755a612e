"""Real time, simulated or not: clocks, and the loop that plays streams into a recogniser."""

from streamwer.simulation.arrivals import Arrival, arrivals, drawn
from streamwer.simulation.clock import CLOCKS, Clock, Occupied, Wall, clock_of
from streamwer.simulation.clock import build as build_clock
from streamwer.simulation.generator import Generator, Sent, dues, sending
from streamwer.simulation.network import Packets
from streamwer.simulation.profile import Profile
from streamwer.simulation.serving import FIFO, Batching, Failed, Schedule, play, schedule_of, serve
from streamwer.simulation.source import (
    InPackets,
    Recording,
    SilentError,
    Source,
    arriving,
)
from streamwer.simulation.stream import Stream

__all__ = [
    "CLOCKS",
    "FIFO",
    "Arrival",
    "Batching",
    "Clock",
    "Failed",
    "Generator",
    "InPackets",
    "Occupied",
    "Packets",
    "Profile",
    "Recording",
    "Schedule",
    "Sent",
    "SilentError",
    "Source",
    "Stream",
    "Wall",
    "arrivals",
    "arriving",
    "build_clock",
    "clock_of",
    "drawn",
    "dues",
    "play",
    "schedule_of",
    "sending",
    "serve",
]
