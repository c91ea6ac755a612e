"""STM, as NIST's sclite reads it: `FILE CHANNEL SPEAKER BEGIN END [<LABEL>] TEXT`, seconds.

`;;` begins a comment. It times segments, not words, so there is a WER and no latency. A segment
marked IGNORE_TIME_SEGMENT_IN_SCORING has no reference text, and what a system says there is left
out, where the log says when its words were spoken. Of optional words `(uh)` and alternatives
`{a / b / @}` the reading counts that is nearest to what was heard. A second channel is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from streamwer.errors import DatasetError
from streamwer.formats.references.base import References, lines, span
from streamwer.text.alternatives import is_marked, parse_slots, read_plainly
from streamwer.types import Reference

_LABEL = re.compile(r"^<[^>]*>\s*")
_IGNORED = "ignore_time_segment_in_scoring"
_FIELDS = 5

Stretch = tuple[float, float]
"""Begin and end, seconds."""
Segment = tuple[float, float, str, str]
"""Begin, end, speaker, text."""


def read(path: Path) -> References:
    """Read the segments of all recordings.

    Raises:
        DatasetError: a line is malformed; names the file and the line.
    """
    segments: dict[str, list[Segment]] = {}
    channels: dict[str, str] = {}
    ignored = 0
    for where, name, channel, segment in entries(path):
        if channels.setdefault(name, channel) != channel:
            raise DatasetError(f"{where}: '{name}' has channel {channel} besides {channels[name]}")
        ignored += not scored(segment)
        segments.setdefault(name, []).append(segment)
    if not segments:
        raise DatasetError(f"{path}: no references in this file")
    told = f"{path.name}: {ignored} segments are not to be scored"
    items = tuple(reference(name, sorted(segments[name])) for name in sorted(segments))
    return References(items, notes=(told,) if ignored else ())


def entries(path: Path) -> Iterator[tuple[str, str, str, Segment]]:
    """Place, recording, channel and segment of each line.

    Raises:
        DatasetError: a line is malformed; names the file and the line.
    """
    for where, line in lines(path):
        if not line.startswith(";;"):
            yield where, *_segment(where, line)


def _segment(where: str, line: str) -> tuple[str, str, Segment]:
    fields = line.split(maxsplit=_FIELDS)
    if len(fields) < _FIELDS:
        raise DatasetError(f"{where}: not 'FILE CHANNEL SPEAKER BEGIN END TEXT': {line[:60]!r}")
    name, channel, speaker, begin, end = fields[:_FIELDS]
    text = _LABEL.sub("", fields[_FIELDS]) if len(fields) > _FIELDS else ""
    try:
        parse_slots(text)
    except DatasetError as error:
        raise DatasetError(f"{where}: {error}: {text[:60]!r}") from error
    return name, channel, (*span(where, begin, end), speaker, text.strip())


def scored(segment: Segment) -> bool:
    """Whether what was said there is to be scored."""
    return segment[3].lower() != _IGNORED


def reference(recording: str, segments: Sequence[Segment]) -> Reference:
    """What was said in a recording, from its segments in order of time."""
    marked = " ".join(segment[3] for segment in segments if scored(segment))
    text = read_plainly(marked)
    speakers = {segment[2] for segment in segments if scored(segment)}
    only = speakers.pop() if len(speakers) == 1 else ""
    ignored = [segment[:2] for segment in segments if not scored(segment)]
    others = [segment[:2] for segment in segments if scored(segment)]
    return Reference(
        recording,
        "",
        max(end for _, end, *_ in segments),
        text,
        only,
        unscored=tuple(less(ignored, others)),
        readings=" ".join(marked.split()) if is_marked(marked) else "",
    )


def less(stretches: Iterable[Stretch], others: Iterable[Stretch]) -> list[Stretch]:
    """What of stretches is in none of the others, in order."""
    found = sorted(stretches)
    for begin, end in others:
        parts = (((one, min(two, begin)), (max(one, end), two)) for one, two in found)
        found = [part for both in parts for part in both if part[0] < part[1]]
    return found
