"""Manifest of a prepared data set: a folder with `manifest.jsonl` and 16 kHz mono audio.

One recording a line, sorted by id; the same recordings give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from streamwer._util.strict_json import parse_json, refuse_broken_text
from streamwer.errors import DatasetError
from streamwer.formats.word_times import LONGEST_S
from streamwer.types import Reference, Word

MANIFEST_NAME = "manifest.jsonl"
_HINT = "prepare the data set again"
_REQUIRED = ("recording", "audio", "text", "speaker", "condition")
_OPTIONAL = ("broken", "source", "language", "place", "readings")


def audio_path(recording: str) -> str:
    """Return the path of a recording's audio, relative to the manifest."""
    return f"audio/{recording}.flac"


def unaltered_path(recording: str) -> str:
    """Return the path of the unaltered audio of a recording whose altered copies are played.

    It is kept where the copies have no word times: an aligner may find them in it.
    """
    return f"unaltered/{recording}.flac"


def write_manifest(folder: Path, references: Iterable[Reference]) -> None:
    """Write `manifest.jsonl` into an existing folder, sorted by id.

    Of the words, text and times are kept: a reference word is certain.

    Raises:
        DatasetError: there are no recordings, or two have the same id.
    """
    ordered = sorted(references, key=lambda reference: reference.recording)
    if not ordered:
        raise DatasetError(f"{folder / MANIFEST_NAME}: no recordings to write")
    for one, other in pairwise(ordered):
        if one.recording == other.recording:
            raise DatasetError(
                f"{folder / MANIFEST_NAME}: two recordings have the id '{one.recording}'"
            )
    lines = (json.dumps(_to_record(item), ensure_ascii=False, allow_nan=False) for item in ordered)
    with (folder / MANIFEST_NAME).open("wb") as file:
        file.writelines(f"{line}\n".encode() for line in lines)


def read_manifest(folder: Path) -> tuple[Reference, ...]:
    """Read the recordings of a prepared data set, sorted by id.

    Raises:
        DatasetError: there is no manifest, it is empty, a line of it is not a recording, two
            lines have the same id, or an audio file is missing. Names the file and the line.
    """
    path = folder / MANIFEST_NAME
    _check_exists(path)
    return read_manifest_file(path, folder)


def read_manifest_file(path: Path, audio: Path | None = None) -> tuple[Reference, ...]:
    """Read the recordings of a manifest, sorted by id.

    Args:
        path: the file.
        audio: the folder that must hold their audio; not checked if None.

    Raises:
        DatasetError: as `read_manifest`.
    """
    references: dict[str, Reference] = {}
    for where, reference in _read_lines(path, audio):
        if reference.recording in references:
            raise DatasetError(f"{where}: id '{reference.recording}' occurs again")
        references[reference.recording] = reference
    return tuple(references[recording] for recording in sorted(references))


def iterate_manifest(path: Path) -> Iterator[Reference]:
    """Iterate over the recordings of a manifest, of which only one is in memory.

    Raises:
        DatasetError: as `read_manifest`, when its line is reached; or the ids are not in order.
    """
    _check_exists(path)
    last = ""
    for where, reference in _read_lines(path):
        if reference.recording <= last:
            raise DatasetError(f"{where}: id '{reference.recording}' is out of order; {_HINT}")
        last = reference.recording
        yield reference


def _check_exists(path: Path) -> None:
    if not path.is_file():
        raise DatasetError(
            f"{path.parent}: no prepared data set here ({MANIFEST_NAME} is missing); {_HINT}"
        )


def _read_lines(path: Path, audio: Path | None = None) -> Iterator[tuple[str, Reference]]:
    """Each recording with its file and line."""
    number = 0
    # By bytes: a transcript may hold other line separators than "\n".
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            where = f"{path}, line {number}"
            reference = _parse_reference(line, where)
            if audio and not reference.broken and not (audio / reference.audio).is_file():
                raise DatasetError(f"{where}: {reference.audio} is missing; {_HINT}")
            yield where, reference
    if not number:
        raise DatasetError(f"{path}: the manifest is empty; {_HINT}")


def _to_record(reference: Reference) -> dict[str, object]:
    record: dict[str, object] = {
        "recording": reference.recording,
        "audio": reference.audio,
        "seconds": reference.seconds,
        "text": reference.text,
        "speaker": reference.speaker,
        "condition": reference.condition,
    }
    record |= {name: text for name in _OPTIONAL if (text := getattr(reference, name))}
    if reference.ignored_segments:
        record["unscored"] = reference.ignored_segments
    if reference.turns:
        record["turns"] = reference.turns
    if reference.entities is not None:
        record["entities"] = reference.entities
    words = [{"text": word.text, "start": word.start, "end": word.end} for word in reference.words]
    return record | {"words": words} if words else record


def _parse_reference(line: bytes, where: str) -> Reference:
    try:
        record = parse_json(line)
        refuse_broken_text(line.decode(), record)
        texts = {name: _check_text(record[name]) for name in _REQUIRED}
        words = tuple(_parse_word(word) for word in record.get("words", ()))
        texts |= {name: _check_text(record.get(name, "")) for name in _OPTIONAL}
        unscored, turns = (
            tuple(_parse_segment(each) for each in record.get(key, ()))
            for key in ("unscored", "turns")
        )
        marked = record.get("entities")
        return Reference(
            seconds=_check_number(record["seconds"]),
            words=words,
            ignored_segments=unscored,
            turns=turns,
            entities=None if marked is None else tuple(map(_check_text, marked)),
            **texts,
        )
    except KeyError as error:
        raise DatasetError(f"{where}: the field {error} is missing; {_HINT}") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise DatasetError(f"{where}: not a recording ({error}); {_HINT}") from error


def _parse_word(record: dict[str, object]) -> Word:
    return Word(
        _check_text(record["text"]), _check_number(record["start"]), _check_number(record["end"])
    )


def _parse_segment(value: object) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise TypeError(f"{value!r} is no begin and end")
    return _check_number(value[0]), _check_number(value[1])


def _check_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _check_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LONGEST_S:
        raise TypeError(f"{value!r} is not a number")
    return float(value)
