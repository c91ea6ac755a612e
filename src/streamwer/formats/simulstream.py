"""simulstream's metrics log, after `server/message_processor.py`, `metrics/readers.py` (0.4.0).

JSON lines. `{"id", "metadata": {"wav_name"}}` names a recording; then each chunk is a line with
`id`, `total_audio_processed` (s), `computation_time` (s, of this chunk alone), `generated_tokens`
and `deleted_tokens` (the last tokens so far). `{"model_loading_time"}` is not about a recording.

simulstream's own scorer adds to a chunk's audio only that chunk's compute: a system slower than
real time shows a bounded lag. Here every chunk waits for the one before it. No mark says that a
word is final; as in simulstream's scorer, a word counts from the line that last changed it, which
only hindsight knows.

Tokens are join_token without their tokeniser: `▁` or a leading space (or the `Ġ` of a byte-level
vocabulary, as long as the rest is ASCII) begins a word where any token of the file has one;
otherwise every token is a word.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats.base import Log, LogLine, build_steps, queue_steps, read_json_lines
from streamwer.formats.revisions import Revision, build_updates
from streamwer.provenance.signature import Run
from streamwer.types import Reference, Step

_SPACE, _BYTE_SPACE = "▁", "Ġ"
_HINDSIGHT = "the log marks no word as final: a word counts from the line that last changed it"

Key = tuple[Path, str]


def read_simulstream(paths: Sequence[Path]) -> Log:
    """Read the chunks of one run.

    Raises:
        LogError: a line is malformed or belongs to no recording, tokens are deleted that are not
            there, or a recording occurs twice; names the file and the line.
    """
    names: dict[Key, str] = {}
    chunks: dict[str, list[LogLine]] = {}
    for path in paths:
        for line in read_json_lines(path):
            if "metadata" in line.record:
                names[path, _read_id(line)] = _read_name(line, path, names)
            elif "id" in line.record:
                chunks.setdefault(_find_name(line, path, names), []).append(line)
            elif "model_loading_time" not in line.record:
                raise LogError(f"{line.where}: the field 'id' is missing")
    join_token = _choose_joiner(line for lines in chunks.values() for line in lines)
    steps = [
        step for name, lines in chunks.items() for step in _build_steps(name, lines, join_token)
    ]
    revised = any(line.record["deleted_tokens"] for lines in chunks.values() for line in lines)
    events = EventLog(tuple(steps), run=Run(clock="queued"))
    return Log("simulstream", events, notes=(_HINDSIGHT,) if revised else ())


def _read_id(line: LogLine) -> str:
    if not isinstance(line.record.get("id"), int | str):
        raise LogError(f"{line.where}: 'id' is {line.record.get('id')!r}, not a number or a text")
    return str(line.record["id"])


def _read_name(line: LogLine, path: Path, names: Mapping[Key, str]) -> str:
    metadata = line.record["metadata"]
    if not isinstance(metadata, dict):
        raise LogError(f"{line.where}: 'metadata' is {metadata!r}, not an object")
    name = PurePath(LogLine(line.where, metadata).text("wav_name")).stem
    if name in names.values() or (path, _read_id(line)) in names:
        raise LogError(f"{line.where}: the recording '{name}' or its id occurs again")
    return name


def _find_name(line: LogLine, path: Path, names: Mapping[Key, str]) -> str:
    name = names.get((path, _read_id(line)))
    if name is None:
        raise LogError(
            f"{line.where}: no line before it gives the 'wav_name' of id {_read_id(line)}"
        )
    return name


def _choose_joiner(lines: Iterator[LogLine]) -> Callable[[str], str]:
    """Function that makes a token text, in which each word begins with a space."""
    tokens = [(token, line.where) for line in lines for token in line.texts("generated_tokens")]
    if any(_SPACE in token for token, _ in tokens):
        return lambda token: token.replace(_SPACE, " ")
    if any(token.startswith(_BYTE_SPACE) for token, _ in tokens):
        for token, where in tokens:
            if not token.replace(_BYTE_SPACE, "").isascii():
                raise LogError(f"{where}: the token {token!r} needs its tokeniser to be read")
        return lambda token: token.replace(_BYTE_SPACE, " ")
    if any(token[:1].isspace() for token, _ in tokens):
        return lambda token: token
    return lambda token: f" {token}"


def _build_steps(
    recording: str, lines: Sequence[LogLine], join_token: Callable[[str], str]
) -> tuple[Step, ...]:
    audio_end = [line.number("total_audio_processed") for line in lines]
    for one, other, line in zip(audio_end, audio_end[1:], lines[1:], strict=False):
        if other < one:
            raise LogError(
                f"{line.where}: 'total_audio_processed' goes back from {one:g} to {other:g}"
            )
    compute = [line.number("computation_time") for line in lines]
    revisions, tokens = [], []  # type: list[Revision], list[str]
    for line, end in zip(lines, audio_end, strict=True):
        added, deleted = line.texts("generated_tokens"), line.texts("deleted_tokens")
        if deleted and tokens[-len(deleted) :] != deleted:
            raise LogError(f"{line.where}: 'deleted_tokens' are not the last tokens before it")
        tokens = tokens[: len(tokens) - len(deleted)] + added
        revisions.append(Revision(len(deleted), [join_token(token) for token in added], end, end))
    return build_steps(recording, queue_steps(audio_end, compute), build_updates(revisions))


def write_simulstream(log: EventLog, references: Mapping[str, Reference]) -> Iterator[str]:
    """Yield the lines of a simulstream log, recordings sorted by id.

    Only committed words: the format cannot tell a tentative word from a final one, so a word that
    was shown early would count as final early. From `computation_time` a queue
    gives the times of emission again. A recording that failed is one chunk without text.
    """
    streams = log.group_by_recording()
    failed = {failure.recording for failure in log.failures}
    for number, recording in enumerate(sorted({*streams, *failed})):
        yield json.dumps({"id": number, "metadata": {"wav_name": f"{recording}.wav"}})
        if recording in failed:
            known = references.get(recording)
            yield _format_chunk(number, known.seconds if known else 0.0, 0.0, [])
        else:
            yield from _format_chunks(number, streams[recording])


def _format_chunks(number: int, steps: Sequence[Step]) -> Iterator[str]:
    audio_end, free = 0.0, 0.0
    for step in steps:
        audio_end = max(audio_end, step.audio_end)
        texts = [text for word in step.update.committed for text in word.text.split()]
        yield _format_chunk(number, audio_end, max(0.0, step.emitted - max(audio_end, free)), texts)
        free = max(free, step.emitted)


def _format_chunk(number: int, audio_end: float, compute: float, texts: Sequence[str]) -> str:
    record = {
        "id": number,
        "total_audio_processed": audio_end,
        "computation_time": compute,
        "generated_tokens": [_SPACE + text for text in texts],
        "deleted_tokens": [],
    }
    return json.dumps(record, ensure_ascii=False)
