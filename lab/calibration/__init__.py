"""Measures what recogniser calls cost on this machine, and fits a hardware profile to it."""
