"""Which reference belongs to which recording of a log; what does not match is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats.base import Log
from streamwer.formats.plain_text import split_lines
from streamwer.formats.references.base import References
from streamwer.types import Reference

_SHOWN = 10


def pair(log: Log, given: References | None) -> tuple[EventLog, tuple[Reference, ...]]:
    """The log and the references to score it against, with the same names of recordings.

    A reference that the log lacks stays: it counts as failed. One recording and one reference
    belong together whatever their names, if either is named after its file; then the log's is
    named as the reference, so that several logs of one recording can be compared.

    Raises:
        LogError: there are no references, or the log has recordings that they lack.
    """
    if given is None:
        if not log.references:
            raise LogError("the log holds no references; name them with --references")
        return log.events, log.references
    names = {step.recording for step in log.events.steps}
    names |= {failure.recording for failure in log.events.failures}
    if len(names) == len(given.items) == 1 and (log.unnamed or given.unnamed):
        lines = None if log.timed else split_lines(log.events, given.items[0])
        return lines or (_renamed(log.events, given.items[0].recording), given.items)
    strange = sorted(names - {reference.recording for reference in given.items})
    if strange:
        raise LogError(f"no reference for {_listed(strange)} of the log")
    return log.events, given.items


def _renamed(log: EventLog, name: str) -> EventLog:
    """The log of one recording, under another name."""
    steps = tuple(replace(step, recording=name) for step in log.steps)
    failures = tuple(replace(failure, recording=name) for failure in log.failures)
    return replace(log, steps=steps, failures=failures)


def _listed(names: Sequence[str]) -> str:
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(f"'{name}'" for name in names[:_SHOWN]) + rest
