"""STM, as NIST's sclite reads it: `FILE CHANNEL SPEAKER BEGIN END [<LABEL>] TEXT`, seconds.

`;;` begins a comment. It times segments, not words, so there is a WER and no latency. A segment
marked IGNORE_TIME_SEGMENT_IN_SCORING has no reference text, and the hypothesis in it is left out,
where the log has word times. Of optional words `(uh)` and alternatives `{a / b / @}` the reading
with the fewest errors counts. A second channel is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from streamwer.errors import DatasetError
from streamwer.formats.reference_files import References, parse_interval, read_reference_lines
from streamwer.text.alternatives import is_marked, parse_slots, read_plain_text
from streamwer.types import Reference

_LABEL = re.compile(r"^<[^>]*>\s*")
_IGNORED = "ignore_time_segment_in_scoring"
_FIELDS = 5

TimeInterval = tuple[float, float]
"""Begin and end, seconds."""
StmSegment = tuple[float, float, str, str]
"""Begin, end, speaker, text."""


def read_stm(path: Path) -> References:
    """Read the segments of all recordings.

    Raises:
        DatasetError: a line is malformed; names the file and the line.
    """
    segments: dict[str, list[StmSegment]] = {}
    channels: dict[str, str] = {}
    ignored = 0
    for where, name, channel, segment in iterate_stm(path):
        if channels.setdefault(name, channel) != channel:
            raise DatasetError(f"{where}: '{name}' has channel {channel} besides {channels[name]}")
        ignored += not is_scored(segment)
        segments.setdefault(name, []).append(segment)
    if not segments:
        raise DatasetError(f"{path}: no references in this file")
    note = f"{path.name}: {ignored} segments are not to be scored"
    items = tuple(build_reference(name, sorted(segments[name])) for name in sorted(segments))
    return References(items, notes=(note,) if ignored else ())


def iterate_stm(path: Path) -> Iterator[tuple[str, str, str, StmSegment]]:
    """Yield place, recording, channel and segment of each line.

    Raises:
        DatasetError: a line is malformed; names the file and the line.
    """
    for where, line in read_reference_lines(path):
        if not line.startswith(";;"):
            yield where, *_parse_segment(where, line)


def _parse_segment(where: str, line: str) -> tuple[str, str, StmSegment]:
    fields = line.split(maxsplit=_FIELDS)
    if len(fields) < _FIELDS:
        raise DatasetError(f"{where}: not 'FILE CHANNEL SPEAKER BEGIN END TEXT': {line[:60]!r}")
    name, channel, speaker, begin, end = fields[:_FIELDS]
    text = _LABEL.sub("", fields[_FIELDS]) if len(fields) > _FIELDS else ""
    try:
        parse_slots(text)
    except DatasetError as error:
        raise DatasetError(f"{where}: {error}: {text[:60]!r}") from error
    return name, channel, (*parse_interval(where, begin, end), speaker, text.strip())


def is_scored(segment: StmSegment) -> bool:
    """Tell whether a segment is scored."""
    return segment[3].lower() != _IGNORED


def build_reference(recording: str, segments: Sequence[StmSegment]) -> Reference:
    """Build the reference of a recording from its segments in order of time."""
    marked = " ".join(segment[3] for segment in segments if is_scored(segment))
    text = read_plain_text(marked)
    speakers = {segment[2] for segment in segments if is_scored(segment)}
    speaker = speakers.pop() if len(speakers) == 1 else ""
    ignored = [segment[:2] for segment in segments if not is_scored(segment)]
    others = [segment[:2] for segment in segments if is_scored(segment)]
    return Reference(
        recording,
        "",
        max(end for _, end, *_ in segments),
        text,
        speaker,
        ignored_segments=tuple(subtract_intervals(ignored, others)),
        readings=" ".join(marked.split()) if is_marked(marked) else "",
    )


def subtract_intervals(
    intervals: Iterable[TimeInterval], others: Iterable[TimeInterval]
) -> list[TimeInterval]:
    """Return the parts of intervals that are in none of the others, in order."""
    rest = sorted(intervals)
    for begin, end in others:
        parts = (((one, min(two, begin)), (max(one, end), two)) for one, two in rest)
        rest = [part for both in parts for part in both if part[0] < part[1]]
    return rest
