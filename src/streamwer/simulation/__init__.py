"""Real time, simulated or not: clocks, and the loop that streams audio into a recogniser."""
