"""A recording whose words cannot be placed: it gets no word times, and is counted."""

from __future__ import annotations


class UnplaceableError(Exception):
    """The message says why, in a few words, for the list of recordings without word times."""
