"""Errors that a user can act on."""

from __future__ import annotations


class StreamwerError(Exception):
    """Something the user can put right: the message says what is wrong and what to do.

    Commands print it as one line, without a traceback, and exit with a non-zero status.
    """


class AudioError(StreamwerError):
    """An audio file that cannot be used."""


class DatasetError(StreamwerError):
    """A data set, or a row of it, that cannot be used."""


class DiskError(StreamwerError):
    """A folder that cannot be written: not the fault of one recording, so nothing goes on."""


class ModelError(StreamwerError):
    """A model that cannot be loaded."""


class ConfigError(StreamwerError):
    """A config value that makes no sense together with the others."""


class ClusterError(StreamwerError):
    """A cluster that has no workers for us, or not those that were asked for."""


class LogError(StreamwerError):
    """An event log that cannot be read."""
