"""Our own transcripts, as `streaming` writes them: one JSON document, or JSON lines while it runs.

Both hold every update of a stream with its times, so that they score as the event log does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

from streamwer._util.strict_json import parse_json, refuse_broken_text
from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats.base import Log, LogLine, StepTimes, build_steps, read_json_lines
from streamwer.formats.text_lines import read_text
from streamwer.provenance.signature import Run
from streamwer.types import Failure, Step, Update, Word

SCHEMA = 2
"""Of both forms. The first had no times of emission."""
_DIGITS = 6  # of a time: a microsecond
_HINT = "is it what `streaming` wrote?"
_Recording = tuple[list[StepTimes], list[Update]]
_NOTHING: _Recording = [StepTimes(0.0, 0.0, 0.0)], [Update()]
"""Of audio too short for a step: a recording in which nothing was recognised."""


def build_update(step: Step) -> dict[str, Any]:
    """Build the record of one update: what it showed, and when; seconds of the stream.

    `ready` is left out where it is `audio_end`, and `start` where it is `ready`.
    """
    moments = step.audio_end, step.ready, step.start, step.emitted
    audio_end, ready, start, emitted = (round(moment, _DIGITS) for moment in moments)
    update = step.update
    return {
        "audio_end": audio_end,
        **({"ready": ready} if ready != audio_end else {}),
        **({"start": start} if start != ready else {}),
        "emitted": emitted,
        "committed": [asdict(word) for word in update.committed],
        "tentative": [asdict(word) for word in update.tentative],
        **{key: n for key in ("forced", "cut") if (n := getattr(update, key))},
        **({"turn_end": round(update.turn_end, _DIGITS)} if update.turn_end else {}),
    }


def shorten_updates(steps: Iterable[Step]) -> Iterator[dict[str, Any]]:
    """Yield the records of a stream's updates, for a document that has the committed words.

    Each has the number of words that it commits, unless that is 0, and the tentative words, unless
    they are those of the update before.
    """
    before: list[Any] = []
    for record in map(build_update, steps):
        committed, tentative = len(record.pop("committed")), record.pop("tentative")
        if committed:
            record["committed"] = committed
        if tentative != before:
            record["tentative"] = before = tentative
        yield record


def read_document(paths: Sequence[Path]) -> Log:
    """Read the JSON documents of one system.

    Raises:
        LogError: a file is malformed or of an earlier version; it names the file and the place.
    """
    documents = [_read_json(path) for path in paths]
    _check_schema(documents[0])
    entries = [
        LogLine(f"{document.where}: entry {number}", entry)
        for document in documents
        for number, entry in enumerate(document.list_records("files"), start=1)
    ]
    recordings: dict[str, _Recording] = {}
    for each in entries:
        if each.text("file") in recordings:
            raise LogError(f"{each.where}: '{each.text('file')}' is there twice")
        recordings[each.text("file")] = _read_entry(each)
    failures = {
        each.text("file"): str(each.record.get("error")) for each in entries if _is_failed(each)
    }
    return _build_log("json", recordings, failures, documents[0])


def read_updates(paths: Sequence[Path]) -> Log:
    """Read the JSON lines of one system. A file without its last line counts as failed.

    Raises:
        LogError: a line is malformed; it names the file and the line.
    """
    lines = [line for path in paths for line in read_json_lines(path)]
    _check_schema(lines[0])
    recordings: dict[str, _Recording] = {}
    failures: dict[str, str] = {}
    for line in lines:
        kind = line.text("type")
        if kind == "start":  # once more, if its worker died
            recordings[line.text("file")] = [], []
            failures[line.text("file")] = "the log ends before it does"
        elif kind == "update":
            _add_update(recordings.setdefault(line.text("file"), ([], [])), line, iter(()))
        elif kind == "end":
            failures.pop(line.text("file"), None)
            if _is_failed(line):
                failures[line.text("file")] = line.text("error")
        elif kind != "settings":
            raise LogError(f"{line.where}: the type {kind!r} is unknown; {_HINT}")
    return _build_log("jsonl", recordings, failures, lines[0])


def _check_schema(first: LogLine) -> None:
    if (schema := first.record.get("schema")) != SCHEMA:
        raise LogError(
            f"{first.where}: transcripts of schema {schema}, but this version reads {SCHEMA}, which"
            " has times of emission; transcribe the audio again"
        )


def _read_json(path: Path) -> LogLine:
    text = read_text(path)
    try:
        record = parse_json(text)
        refuse_broken_text(text, record)
    except (ValueError, RecursionError) as error:
        raise LogError(f"{path}: not JSON ({error})") from error
    if not isinstance(record, dict):
        raise LogError(f"{path}: not a JSON object; {_HINT}")
    return LogLine(str(path), record)


def _is_failed(entry: LogLine) -> bool:
    """Tell whether there is no transcript; one that was cut short has a text and an error."""
    return entry.record.get("text") is None and entry.record.get("error") is not None


def _read_entry(entry: LogLine) -> _Recording:
    recording: _Recording = [], []
    words = iter(_read_words(entry, "words"))
    for number, update in enumerate(entry.list_records("updates"), start=1):
        _add_update(recording, LogLine(f"{entry.where}, update {number}", update), words)
    if next(words, None):
        raise LogError(f"{entry.where}: it has words that no update commits; {_HINT}")
    return recording


def _add_update(recording: _Recording, line: LogLine, words: Iterator[Word]) -> None:
    """Add an update; the words that it commits are in it, or so many are the next of all."""
    times, updates = recording
    times.append(_read_times(line))
    if len(times) > 1 and times[-1].emitted < times[-2].emitted:
        raise LogError(f"{line.where}: it was emitted before the update above it")
    if isinstance(line.record.get("committed"), list):
        committed = _read_words(line, "committed")
    else:
        count = int(line.number("committed")) if "committed" in line.record else 0
        committed = tuple(islice(words, count))
    tentative = updates[-1].tentative if updates else ()
    if "tentative" in line.record:
        tentative = _read_words(line, "tentative")
    forced, cut = (int(line.number(key)) if key in line.record else 0 for key in ("forced", "cut"))
    turn_end = line.number("turn_end") if "turn_end" in line.record else 0.0
    updates.append(Update(committed, tentative, forced, cut, turn_end))


def _read_times(line: LogLine) -> StepTimes:
    audio_end = line.number("audio_end")
    ready = line.number("ready") if "ready" in line.record else audio_end
    start = line.number("start") if "start" in line.record else ready
    return StepTimes(audio_end, start, line.number("emitted"), ready)


def _read_words(line: LogLine, key: str) -> tuple[Word, ...]:
    records = (LogLine(f"{line.where}, '{key}'", each) for each in line.list_records(key))
    return tuple(
        Word(each.text("text"), *map(each.number, ("start", "end", "probability")))
        for each in records
    )


def _build_log(
    form: str, recordings: dict[str, _Recording], failures: dict[str, str], first: LogLine
) -> Log:
    ids = _name_recordings({**recordings, **failures})
    steps = (
        step
        for file, recording in recordings.items()
        if file not in failures
        for step in build_steps(ids[file], *(recording if recording[0] else _NOTHING))
    )
    events = EventLog(
        tuple(sorted(steps, key=lambda step: (step.recording, step.step))),
        tuple(Failure(ids[file], reason) for file, reason in failures.items()),
        run=Run.from_dict(first.record.get("run", {})),
    )
    return Log(form, events, is_named_after_file=True, has_word_times=True)


def _name_recordings(files: Iterable[str]) -> dict[str, str]:
    """Name each recording by the stem of its file; by the whole path where two are equal."""
    paths = {file: PurePath(file) for file in files}
    counts = Counter(path.stem for path in paths.values())
    return {
        file: path.stem if counts[path.stem] == 1 else str(path.with_suffix(""))
        for file, path in paths.items()
    }
