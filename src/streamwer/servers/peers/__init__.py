"""Servers of other projects: their environments, and how each is started on this machine."""
