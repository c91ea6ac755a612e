"""SimulEval's `instances.log`, after `simuleval/evaluator/instance.py` at 536de82 (v1.1, 2024).

One JSON object a line and instance: `index`, `prediction` (words joined with spaces), and for each
word `delays` (ms of audio read when it was written) and `elapsed` (ms). `source_length` is in ms;
`source` is, for speech, the lines that soundfile prints of the audio, the file's name first: its
stem names the recording, and the index does where there is none. `reference` is the target text.
With the latency unit `char` there is one of each for every character, and `prediction` has lost
its spaces: in scripts without spaces words can still be told, in others they cannot.

`elapsed` is the audio read plus *all* compute since the first sample, although SimulEval reads its
audio as fast as it can. Time that a live system idles would count as lag, which grows without
bound: 30 s after a minute at a real-time factor of 0.5. So the compute between two words is taken
from the growth of `elapsed` − `delays`, and put through a queue: a step starts when its audio is
there and the last step is done. `elapsed="logged"` takes the field as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path, PurePath
from typing import Literal

from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats.base import Line, Log, Moment, json_lines, queue, steps
from streamwer.provenance.signature import UNKNOWN, Run
from streamwer.text.words import ends, unspaced
from streamwer.types import Reference, Step, Update, Word

Elapsed = Literal["queue", "logged"]

_EXPORTED = "elapsed_is"
"""Beside SimulEval's own fields in what we export: `elapsed` holds times of emission."""
_MS = 1000.0
_ROUNDING_MS = 1.0
_IDEAL = "the log has no `elapsed`: every latency is ideal, without compute"
_SPELT = (
    "the latency unit `char` leaves out spaces: letters of other scripts that stand side by side"
    " count as one word"
)
_QUEUED = "elapsed: the compute in it was put through a queue; SimulEval itself adds it all up"


def read(paths: Sequence[Path], elapsed: Elapsed = "queue") -> Log:
    """Read the instances of one run.

    Raises:
        LogError: a line is malformed, or an instance occurs twice; names the file and the line.
    """
    found: list[Step] = []
    references: list[Reference] = []
    seen: dict[str, str] = {}
    lines = [line for path in paths for line in json_lines(path)]
    mixed = _spelt(lines)
    for line in lines:
        recording = _recording(line)
        if recording in seen:
            raise LogError(f"{line.where}: '{recording}' occurs again, after {seen[recording]}")
        seen[recording] = line.where
        found += _steps(line, recording, elapsed)
        references += _reference(line, recording)
    aware = any(line.record.get("elapsed") for line in lines)
    queued = aware and elapsed == "queue" and any(_EXPORTED not in line.record for line in lines)
    return Log(
        "simuleval",
        EventLog(tuple(found), run=Run(clock=_clock(aware, queued, elapsed))),
        compute_aware=aware,
        references=tuple(references) if _all_given(references, lines) else (),
        notes=(_QUEUED,) * queued + (_IDEAL,) * (not aware) + (_SPELT,) * mixed,
    )


def _clock(aware: bool, queued: bool, elapsed: Elapsed) -> str:
    """What an exported log's emissions are of, it does not say."""
    if not aware:
        return "unaware"
    return "queued" if queued else "logged" if elapsed == "logged" else UNKNOWN


def _recording(line: Line) -> str:
    source = line.record.get("source")
    if isinstance(source, list) and source and isinstance(source[0], str):
        return PurePath(source[0]).stem
    index = line.record.get("index")
    if isinstance(index, bool) or not isinstance(index, int):
        raise LogError(f"{line.where}: 'index' is {index!r}, not a whole number")
    return str(index)


def _all_given(references: Sequence[Reference], lines: Sequence[Line]) -> bool:
    """Whether each instance has a reference; an empty one says that nobody speaks in it.

    Where all are empty, there were none: we export them so ourselves.
    """
    return len(references) == len(lines) and any(each.text for each in references)


def _reference(line: Line, recording: str) -> list[Reference]:
    if line.record.get("reference") is None:
        return []
    seconds = line.number("source_length") / _MS
    return [Reference(recording, "", seconds, line.text("reference"))]


def _spelt(lines: Sequence[Line]) -> bool:
    """Whether lines of the unit `char` have letters of scripts with spaces among the others.

    Raises:
        LogError: there are more of them than of the others.
    """
    mine = [line for line in lines if _by_character(line)]
    letters = [each for line in mine for each in line.text("prediction") if each.isalpha()]
    spaced = sum(not unspaced(each) for each in letters)
    if 2 * spaced > len(letters):
        raise LogError(
            f"{mine[0].where}: the latency unit `char` leaves out the spaces, so that words cannot"
            " be told in this script; write the log with the latency unit `word`"
        )
    return spaced > 0


def _by_character(line: Line) -> bool:
    """Whether there is a time for each character, and not for each word."""
    text, times = line.text("prediction"), len(line.numbers("delays"))
    return " " not in text and len(text) == times != len(text.split())


def _words(line: Line) -> list[tuple[str, int]]:
    """The words, each with the number of its time: with `char` that of its last letter."""
    text = line.text("prediction")
    if not _by_character(line):
        return [(word, at) for at, word in enumerate(text.split())]
    written = [at for at, one in enumerate(text) if not one.isspace()]
    return [(word, written[last]) for word, last in ends(text)]


def _times(line: Line, words: int) -> list[tuple[float, float]]:
    """Audio read and time passed of each word, or each character; milliseconds."""
    delays = line.numbers("delays")
    aware = line.numbers("elapsed") if line.record.get("elapsed") else delays
    units = len(delays) if _by_character(line) else words
    for name, times in (("delays", delays), ("elapsed", aware)):
        if len(times) != units:
            raise LogError(
                f"{line.where}: {words} words in 'prediction' but {len(times)} '{name}'; there"
                " must be one for each word, or with the latency unit `char` for each character"
            )
    return list(zip(delays, aware, strict=True))


def _steps(line: Line, recording: str, elapsed: Elapsed) -> tuple[Step, ...]:
    words = _words(line)
    times = _times(line, len(words))
    if not words:
        end = line.number("source_length") / _MS if "source_length" in line.record else 0.0
        return steps(recording, [Moment(end, end, end)], [Update()])
    runs = [(one, len(list(same))) for one, same in groupby(times)]
    moments = _moments(line, [one for one, _ in runs], elapsed)
    run_of = [run for run, (_, count) in enumerate(runs) for _ in range(count)]
    said: list[list[Word]] = [[] for _ in runs]
    for text, at in words:
        heard = moments[run_of[at]].audio_end
        said[run_of[at]].append(Word(text, heard, heard))
    return steps(recording, moments, [Update(tuple(each)) for each in said])


def _moments(line: Line, times: Sequence[tuple[float, float]], elapsed: Elapsed) -> list[Moment]:
    if elapsed == "logged" or line.record.get(_EXPORTED) == "emission":
        return [Moment(d / _MS, d / _MS, max(d, e) / _MS) for d, e in times]
    spent, before = [], 0.0
    for delay, aware in times:
        lag = aware - delay
        if lag < before - _ROUNDING_MS:
            raise LogError(
                f"{line.where}: 'elapsed' − 'delays' falls from {before:g} to {lag:g} ms, so it is"
                " not SimulEval's sum of all compute; take it as it stands with --elapsed logged"
            )
        spent.append(max(0.0, lag - before) / _MS)
        before = max(before, lag)
    return queue([delay / _MS for delay, _ in times], spent)


def write(log: EventLog, references: Mapping[str, Reference]) -> Iterator[str]:
    """The lines of an `instances.log`, recordings sorted by id.

    `elapsed` is the time of emission, so that SimulEval's computation-aware scores of the file are
    those of a live stream. Tentative words are left out: SimulEval knows none. A recording that
    failed predicts nothing, and so keeps its place in the denominators.
    """
    streams = log.by_recording()
    failed = {failure.recording for failure in log.failures}
    for index, recording in enumerate(sorted({*streams, *failed})):
        mine = [] if recording in failed else streams[recording]
        reference = references.get(recording)
        yield json.dumps(_instance(index, recording, mine, reference), ensure_ascii=False)


def _instance(
    index: int, recording: str, mine: Sequence[Step], reference: Reference | None
) -> dict[str, object]:
    written = list(_written(mine))
    heard = max((step.audio_end for step in mine), default=0.0)
    return {
        "index": index,
        "prediction": " ".join(text for text, _ in written),
        "delays": [step.audio_end * _MS for _, step in written],
        "elapsed": [step.emitted * _MS for _, step in written],
        "prediction_length": len(written),
        "reference": reference.text if reference else "",
        "source": [f"{recording}.flac"],
        "source_length": (reference.seconds if reference else heard) * _MS,
        _EXPORTED: "emission",
    }


def _written(mine: Iterable[Step]) -> Iterator[tuple[str, Step]]:
    for step in mine:
        for word in step.update.committed:
            yield from ((text, step) for text in word.text.split())
