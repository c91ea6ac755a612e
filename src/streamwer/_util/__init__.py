"""Helpers that know nothing of speech: files, processes, JSON."""
