"""Errors that a user can act on."""

from __future__ import annotations


class StreamwerError(Exception):
    """An error that the user can fix: the message says what is wrong and what to do.

    Commands print it as one line, without a traceback, and exit with a non-zero status.
    """


class AudioError(StreamwerError):
    """An audio file that cannot be used."""


class DatasetError(StreamwerError):
    """A data set, or a row of it, that cannot be used."""


class DiskError(StreamwerError):
    """A folder that cannot be written: no recording is to blame, so the run stops."""


class ModelError(StreamwerError):
    """A model that cannot be loaded."""


class ConfigError(StreamwerError):
    """A config value that is wrong, alone or together with others."""


class ClusterError(StreamwerError):
    """A cluster without the workers that were requested."""


class LogError(StreamwerError):
    """An event log that cannot be read."""
