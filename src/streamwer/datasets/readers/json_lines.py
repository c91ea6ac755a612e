"""Manifests as JSON lines.

NeMo's have `audio_filepath`, `text`, `offset` and `duration`; others `key`, `wav` and `txt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import PurePosixPath

from streamwer.config.dataset import USUAL_COLUMNS, DatasetConfig
from streamwer.datasets import tables
from streamwer.datasets.dataset_folder import DatasetFolder, TextLine
from streamwer.datasets.readers.base import (
    READER_COLUMNS,
    DatasetReader,
    choose_only_list,
    open_audio,
    refuse_split,
    register_reader,
)
from streamwer.datasets.rows import DatasetRow, RowProblem, RowSource
from streamwer.datasets.segments import SegmentReader
from streamwer.errors import DatasetError
from streamwer.formats.format_value import format_value
from streamwer.formats.word_times import LONGEST_S

KEYS = {
    "audio": ("audio_filepath", "audio_path", "audio_file", "wav", "audio"),
    "text": USUAL_COLUMNS["text"],
    "id": ("id", "utt_id", "utterance_id", "key", "utt"),
    "speaker": ("speaker", "speaker_id", "spk", "utt2spk"),
    "session": ("session", "session_id", "chapter", "chapter_id"),
    "words": ("words",),
    "language": ("language", "lang", "locale"),
    "entities": ("entities",),
}
"""Names of each field in some manifest; the first that a row has counts."""
_LINES_READ = 20


def detect(folder: DatasetFolder) -> bool:
    """Tell whether a file of JSON lines names audio in one of its first lines."""
    return bool(_list_manifests(folder))


def _list_manifests(folder: DatasetFolder) -> list[str]:
    found = folder.list_files("*.jsonl", "*.json")
    return [path.name for path in found if _is_manifest(folder, path.name)]


def _is_manifest(folder: DatasetFolder, name: str) -> bool:
    try:
        lines = list(islice(folder.read_lines(name), _LINES_READ))
    except DatasetError:  # a link out of the folder is none of its files
        return False
    return any(isinstance(line, TextLine) and _names_audio(line.text) for line in lines)


def _names_audio(text: str) -> bool:
    try:
        return any(key in tables.parse_object(text) for key in KEYS["audio"])
    except DatasetError:
        return False


def open_rows(folder: DatasetFolder, config: DatasetConfig) -> RowSource:
    """Read the rows of the manifest.

    Raises:
        DatasetError: there are several.
    """
    refuse_split(config, READER.title)
    name = choose_only_list(folder, _list_manifests(folder))
    rows = list(_parse_rows(folder, tables.read_table(folder, name)))
    marked = any(row.values["entities"] is not None for row in rows if isinstance(row, DatasetRow))
    columns = tuple(key for key in KEYS if marked or key != "entities")
    form = f"{READER.title} ({name})"
    return RowSource(str(folder.path / name), columns, rows, len(rows), READER_COLUMNS, form)


def _parse_rows(
    folder: DatasetFolder, records: tables.Records
) -> Iterator[DatasetRow | RowProblem]:
    segments = SegmentReader()
    for record in records:
        if isinstance(record, RowProblem):
            yield record
            continue
        try:
            yield _parse_row(folder, segments, *record)
        except DatasetError as error:
            yield RowProblem(record[0], str(error))


def _parse_row(
    folder: DatasetFolder, segments: SegmentReader, where: str, record: tables.Values
) -> DatasetRow:
    values = {field: _find_first(record, names) for field, names in KEYS.items()}
    name = values["audio"]
    stem = PurePosixPath(name).stem if isinstance(name, str) else ""
    path = folder.name_recording(name)
    begin = _parse_time(record, "offset")
    duration = _parse_time(record, "duration")
    whole = open_audio(folder, name)
    if begin is None or (begin == 0 and duration is None):
        return DatasetRow(where, values, stem, whole, path=path)
    end = None if duration is None else begin + duration
    stem = f"{stem}-{round(1000 * begin):08d}"
    part = segments.open_segment(str(name), whole, begin, end)
    return DatasetRow(where, values, stem, part, whole, path=path, segment_of=str(name))


def _find_first(record: Mapping[str, object], names: tuple[str, ...]) -> object:
    return next((record[name] for name in names if record.get(name) is not None), None)


def _parse_time(record: Mapping[str, object], key: str) -> float | None:
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LONGEST_S:
        raise DatasetError(f"its {key} is {format_value(value)}, not a time in seconds")
    return float(value)


READER = register_reader(
    DatasetReader(
        "json_lines",
        50,
        "JSON lines manifest",
        "a .jsonl or .json file, each line with audio_filepath (or wav) and text (or txt)",
        detect,
        open_rows,
    )
)
