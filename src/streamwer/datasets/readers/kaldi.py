"""A Kaldi data folder: `wav.scp` and `text`, perhaps `segments`, `utt2spk` and `utt2lang`.

`wav.scp` may hold commands ("sph2pipe … |"): they are never run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from streamwer.audio.decoding import Samples
from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.dataset_folder import DatasetFolder, TextLine
from streamwer.datasets.readers.base import (
    DatasetReader,
    create_source,
    open_audio,
    refuse_split,
    register_reader,
)
from streamwer.datasets.rows import DatasetRow, OpenAudio, RowProblem, RowSource
from streamwer.datasets.segments import SegmentReader
from streamwer.errors import DatasetError
from streamwer.formats.format_value import format_value
from streamwer.formats.word_times import LONGEST_S

_SEGMENT_FIELDS = 4


@dataclass(frozen=True)
class _Entry:
    """The value of a line, after its key."""

    where: str
    value: str


def detect(folder: DatasetFolder) -> bool:
    """Tell whether `wav.scp` and `text` are there."""
    return bool(folder.list_files("wav.scp")) and bool(folder.list_files("text"))


def open_rows(folder: DatasetFolder, config: DatasetConfig) -> RowSource:
    """Read the utterances of `text`, in its order.

    Raises:
        DatasetError: a file cannot be read.
    """
    refuse_split(config, READER.title)
    problems: list[RowProblem] = []
    tables = {
        name: _read_table(folder, name, problems)
        for name in ("wav.scp", "segments", "utt2spk", "utt2lang")
        if folder.list_files(name)
    }
    names = ", ".join([*tables, "text"])
    rows = _parse_rows(folder, tables, list(_read_entries(folder, "text")))
    return create_source(folder, f"{READER.title} ({names})", rows, problems)


def _parse_rows(
    folder: DatasetFolder,
    tables: dict[str, dict[str, _Entry]],
    texts: list[tuple[str, _Entry] | RowProblem],
) -> Iterator[DatasetRow | RowProblem]:
    segment_reader = SegmentReader()
    segments = tables.get("segments")
    attributes = {"speaker": tables.get("utt2spk", {}), "language": tables.get("utt2lang", {})}
    for entry in texts:
        if isinstance(entry, RowProblem):
            yield entry
            continue
        utterance, entry_text = entry
        values: dict[str, object] = {"id": utterance, "text": entry_text.value}
        values |= {
            name: table[utterance].value for name, table in attributes.items() if utterance in table
        }
        recording, begin, end = utterance, 0.0, None
        try:
            if segments is not None:
                recording, begin, end = _parse_segment(segments, utterance)
        except DatasetError as error:
            yield RowProblem(entry_text.where, str(error))
            continue
        whole, path = _open_recording(folder, tables["wav.scp"], recording)
        if segments is None:
            yield DatasetRow(entry_text.where, values, utterance, whole, path=path)
            continue
        part = segment_reader.open_segment(recording, whole, begin, end)
        values["session"] = recording
        yield DatasetRow(
            entry_text.where, values, utterance, part, whole, path=path, segment_of=recording
        )


def _parse_segment(segments: dict[str, _Entry], utterance: str) -> tuple[str, float, float | None]:
    entry = segments.get(utterance)
    if entry is None:
        raise DatasetError(f"'{format_value(utterance)}' is not in segments")
    fields = entry.value.split()
    if len(fields) != _SEGMENT_FIELDS - 1:
        raise DatasetError(f"{entry.where}: not 'UTTERANCE RECORDING BEGIN END'")
    begin, end = (_parse_time(entry.where, field) for field in fields[1:])
    return fields[0], max(begin, 0.0), None if end < 0 else end  # -1: to the end


def _parse_time(where: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) < LONGEST_S:
        raise DatasetError(f"{where}: '{format_value(text)}' is not a time in seconds")
    return value


def _open_recording(
    folder: DatasetFolder, recordings: dict[str, _Entry], name: str
) -> tuple[OpenAudio, str]:
    """Return a function that decodes a recording, and its path in the folder."""
    entry = recordings.get(name)
    if entry is None:
        return _raise_later(f"'{format_value(name)}' is not in wav.scp"), ""
    path = entry.value.strip()
    if path.startswith("|") or path.endswith("|"):
        return _raise_later(
            f"{entry.where}: '{format_value(path)}' is a command, which is never run; "
            "run it yourself and name the audio file it writes"
        ), ""
    return open_audio(folder, path), folder.name_recording(path)


def _raise_later(reason: str) -> OpenAudio:
    def refuse() -> Iterator[Samples]:
        raise DatasetError(reason)

    return refuse


def _read_table(folder: DatasetFolder, name: str, problems: list[RowProblem]) -> dict[str, _Entry]:
    """Read the lines of a file by their key; a key that occurs again is a problem."""
    entries: dict[str, _Entry] = {}
    for entry in _read_entries(folder, name):
        if isinstance(entry, RowProblem):
            problems.append(entry)
        elif entry[0] in entries:
            problems.append(RowProblem(entry[1].where, f"'{format_value(entry[0])}' occurs again"))
        else:
            entries[entry[0]] = entry[1]
    return entries


def _read_entries(folder: DatasetFolder, name: str) -> Iterator[tuple[str, _Entry] | RowProblem]:
    for line in folder.read_lines(name, name):
        if isinstance(line, TextLine):
            key, _, value = line.text.strip().replace("\t", " ", 1).partition(" ")
            yield key, _Entry(line.where, value.strip())
        else:
            yield line


READER = register_reader(
    DatasetReader(
        "kaldi",
        30,
        "Kaldi data folder",
        "wav.scp (audio files, no commands) and text, perhaps segments, utt2spk, utt2lang",
        detect,
        open_rows,
    )
)
