"""Servers of other projects beside our policies, on the same calls with the same weights."""
