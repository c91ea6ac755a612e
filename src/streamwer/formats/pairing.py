"""Pairing of the recordings of a log with their references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats.base import Log
from streamwer.formats.plain_text import split_lines
from streamwer.formats.reference_files import References
from streamwer.types import Reference

_SHOWN = 10


def pair_references(
    log: Log, references: References | None
) -> tuple[EventLog, tuple[Reference, ...]]:
    """Return the log and its references, with the same names of recordings.

    A reference that the log lacks stays: it counts as failed. A single recording and a single
    reference are a pair whatever their names, if either is named after its file; the log then
    takes the name of the reference, so that several logs of one recording can be compared.

    Raises:
        LogError: there are no references, or the log has recordings that they lack.
    """
    if references is None:
        if not log.references:
            raise LogError("the log holds no references; name them with --references")
        references = References(log.references)
    names = {step.recording for step in log.events.steps}
    names |= {failure.recording for failure in log.events.failures}
    if len(names) == len(references.items) == 1 and (
        log.is_named_after_file or references.is_named_after_file
    ):
        lines = None if log.has_times else split_lines(log.events, references.items[0])
        return lines or (
            _rename_recording(log.events, references.items[0].recording),
            references.items,
        )
    unknown = sorted(names - {reference.recording for reference in references.items})
    if unknown:
        raise LogError(f"no reference for {_list_names(unknown)} of the log")
    return log.events, references.items


def _rename_recording(log: EventLog, name: str) -> EventLog:
    """The log of one recording, under another name."""
    steps = tuple(replace(step, recording=name) for step in log.steps)
    failures = tuple(replace(failure, recording=name) for failure in log.failures)
    return replace(log, steps=steps, failures=failures)


def _list_names(names: Sequence[str]) -> str:
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(f"'{name}'" for name in names[:_SHOWN]) + rest
