"""Conditions: recordings altered as a line, a room or a microphone would, and how they arrive.

Each module registers the effects of `conf/condition` that it applies. `effects` runs a chain of
them when a data set is prepared; `packets` delivers a recording over a network when it is played.
"""
