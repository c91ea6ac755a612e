"""Helpers that have nothing to do with speech: files, processes, JSON."""
