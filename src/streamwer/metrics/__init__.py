"""Metrics: from an event log and the references to word errors, latencies and their intervals.

Needs neither Ray nor Hydra nor a model: a log that another program wrote scores as well.
"""
