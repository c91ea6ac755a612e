"""SimulEval's `instances.log`, after `simuleval/evaluator/instance.py` at 536de82 (v1.1, 2024).

One JSON object a line and instance: `index`, `prediction` (words joined with spaces), and for each
word `delays` (ms of audio read when it was written) and `elapsed` (ms). `source_length` is in ms;
`source` is, for speech, the lines that soundfile prints of the audio, the file's name first: its
stem names the recording, and the index does where there is none. `reference` is the target text.
With the latency unit `char` there is one of each for every character, and `prediction` has no
spaces: words can then be recognised in scripts without spaces only.

`elapsed` is the audio read plus *all* compute since the first sample, although SimulEval reads its
audio as fast as it can. Time that a live system idles would count as lag, which grows without
bound: 30 s after a minute at a real-time factor of 0.5. So the compute between two words is taken
from the growth of `elapsed` − `delays`, and put through a queue: a step starts when its audio is
there and the last step is done. `elapsed="logged"` takes the field as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path, PurePath
from typing import Literal

from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats.base import (
    Log,
    LogLine,
    StepTimes,
    build_steps,
    queue_steps,
    read_json_lines,
)
from streamwer.provenance.signature import UNKNOWN, Run
from streamwer.text.words import is_unspaced, word_ends
from streamwer.types import Reference, Step, Update, Word

Elapsed = Literal["queue", "logged"]

_EXPORTED = "elapsed_is"
"""A field that we add when exporting: `elapsed` then has times of emission."""
_MS = 1000.0
_ROUNDING_MS = 1.0
_IDEAL = "the log has no `elapsed`: every latency is ideal, without compute"
_MIXED_SCRIPTS = (
    "the latency unit `char` leaves out spaces: letters of other scripts that stand side by side"
    " count as one word"
)
_QUEUED = "elapsed: the compute in it was put through a queue; SimulEval itself adds it all up"


def read_simuleval(paths: Sequence[Path], elapsed: Elapsed = "queue") -> Log:
    """Read the instances of one run.

    Raises:
        LogError: a line is malformed, or an instance occurs twice; names the file and the line.
    """
    steps: list[Step] = []
    references: list[Reference] = []
    seen: dict[str, str] = {}
    lines = [line for path in paths for line in read_json_lines(path)]
    mixed = _mixes_scripts(lines)
    for line in lines:
        recording = _name_recording(line)
        if recording in seen:
            raise LogError(f"{line.where}: '{recording}' occurs again, after {seen[recording]}")
        seen[recording] = line.where
        steps += _build_steps(line, recording, elapsed)
        references += _read_reference(line, recording)
    aware = any(line.record.get("elapsed") for line in lines)
    queued = aware and elapsed == "queue" and any(_EXPORTED not in line.record for line in lines)
    return Log(
        "simuleval",
        EventLog(tuple(steps), run=Run(clock=_name_clock(aware, queued, elapsed))),
        compute_aware=aware,
        # Where all are empty, there are none: we export them like this.
        references=tuple(references) if any(each.text for each in references) else (),
        notes=(_QUEUED,) * queued + (_IDEAL,) * (not aware) + (_MIXED_SCRIPTS,) * mixed,
    )


def _name_clock(aware: bool, queued: bool, elapsed: Elapsed) -> str:
    """Clock of the emissions; an exported log does not name it."""
    if not aware:
        return "unaware"
    return "queued" if queued else "logged" if elapsed == "logged" else UNKNOWN


def _name_recording(line: LogLine) -> str:
    source = line.record.get("source")
    if isinstance(source, list) and source and isinstance(source[0], str):
        return PurePath(source[0]).stem
    index = line.record.get("index")
    if isinstance(index, bool) or not isinstance(index, int):
        raise LogError(f"{line.where}: 'index' is {index!r}, not a whole number")
    return str(index)


def _read_reference(line: LogLine, recording: str) -> list[Reference]:
    if line.record.get("reference") is None:
        return []
    seconds = line.number("source_length") / _MS
    return [Reference(recording, "", seconds, line.text("reference"))]


def _mixes_scripts(lines: Sequence[LogLine]) -> bool:
    """Tell whether lines of the unit `char` also have letters of scripts with spaces.

    Raises:
        LogError: most letters are of such scripts.
    """
    by_character = [line for line in lines if _is_by_character(line)]
    letters = [each for line in by_character for each in line.text("prediction") if each.isalpha()]
    spaced = sum(not is_unspaced(each) for each in letters)
    if 2 * spaced > len(letters):
        raise LogError(
            f"{by_character[0].where}: the latency unit `char` leaves out the spaces, so that words"
            " cannot be recognised in this script; write the log with the latency unit `word`"
        )
    return spaced > 0


def _is_by_character(line: LogLine) -> bool:
    """Tell whether there is a time for each character, and not for each word."""
    text, times = line.text("prediction"), len(line.numbers("delays"))
    return " " not in text and len(text) == times != len(text.split())


def _split_words(line: LogLine) -> list[tuple[str, int]]:
    """Words, each with the index of its time: with `char` that of its last letter."""
    text = line.text("prediction")
    if not _is_by_character(line):
        return [(word, at) for at, word in enumerate(text.split())]
    written = [at for at, one in enumerate(text) if not one.isspace()]
    return [(word, written[last]) for word, last in word_ends(text)]


def _read_times(line: LogLine, words: int) -> list[tuple[float, float]]:
    """Audio read and time elapsed of each word, or each character; milliseconds."""
    delays = line.numbers("delays")
    aware = line.numbers("elapsed") if line.record.get("elapsed") else delays
    units = len(delays) if _is_by_character(line) else words
    for name, times in (("delays", delays), ("elapsed", aware)):
        if len(times) != units:
            raise LogError(
                f"{line.where}: {words} words in 'prediction' but {len(times)} '{name}'; there"
                " must be one for each word, or with the latency unit `char` for each character"
            )
    return list(zip(delays, aware, strict=True))


def _build_steps(line: LogLine, recording: str, elapsed: Elapsed) -> tuple[Step, ...]:
    words = _split_words(line)
    times = _read_times(line, len(words))
    if not words:
        end = line.number("source_length") / _MS if "source_length" in line.record else 0.0
        return build_steps(recording, [StepTimes(end, end, end)], [Update()])
    runs = [(one, len(list(same))) for one, same in groupby(times)]
    times_by_run = _time_steps(line, [one for one, _ in runs], elapsed)
    run_of = [run for run, (_, count) in enumerate(runs) for _ in range(count)]
    words_by_run: list[list[Word]] = [[] for _ in runs]
    for text, at in words:
        audio_end = times_by_run[run_of[at]].audio_end
        words_by_run[run_of[at]].append(Word(text, audio_end, audio_end))
    return build_steps(recording, times_by_run, [Update(tuple(each)) for each in words_by_run])


def _time_steps(
    line: LogLine, times: Sequence[tuple[float, float]], elapsed: Elapsed
) -> list[StepTimes]:
    if elapsed == "logged" or line.record.get(_EXPORTED) == "emission":
        return [StepTimes(d / _MS, d / _MS, max(d, e) / _MS) for d, e in times]
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
    return queue_steps([delay / _MS for delay, _ in times], spent)


def write_simuleval(log: EventLog, references: Mapping[str, Reference]) -> Iterator[str]:
    """Yield the lines of an `instances.log`, recordings sorted by id.

    `elapsed` is the time of emission, so that SimulEval's computation-aware scores of the file are
    those of a live stream. Tentative words are left out: SimulEval has none. A recording that
    failed predicts nothing, and so keeps its place in the denominators.
    """
    streams = log.group_by_recording()
    failed = {failure.recording for failure in log.failures}
    for index, recording in enumerate(sorted({*streams, *failed})):
        steps = [] if recording in failed else streams[recording]
        reference = references.get(recording)
        yield json.dumps(_build_instance(index, recording, steps, reference), ensure_ascii=False)


def _build_instance(
    index: int, recording: str, steps: Sequence[Step], reference: Reference | None
) -> dict[str, object]:
    written = list(_list_words(steps))
    audio_end = max((step.audio_end for step in steps), default=0.0)
    return {
        "index": index,
        "prediction": " ".join(text for text, _ in written),
        "delays": [step.audio_end * _MS for _, step in written],
        "elapsed": [step.emitted * _MS for _, step in written],
        "prediction_length": len(written),
        "reference": reference.text if reference else "",
        "source": [f"{recording}.flac"],
        "source_length": (reference.seconds if reference else audio_end) * _MS,
        _EXPORTED: "emission",
    }


def _list_words(steps: Iterable[Step]) -> Iterator[tuple[str, Step]]:
    for step in steps:
        for word in step.update.committed:
            yield from ((text, step) for text in word.text.split())
