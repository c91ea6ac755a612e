"""Adapters: one file for each protocol, which registers itself with its settings."""
