"""Our own event log: a folder with `events.parquet` and its companions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from streamwer import eventlog
from streamwer.errors import LogError
from streamwer.formats.base import Log


def read_event_log(paths: Sequence[Path]) -> Log:
    """Read the event log in one folder.

    Raises:
        LogError: it is not an event log, or there are several.
    """
    if len(paths) != 1:
        raise LogError(f"{len(paths)} event logs; each is one system, score them one by one")
    return Log("streamwer", eventlog.read_log(paths[0]), has_word_times=True)
