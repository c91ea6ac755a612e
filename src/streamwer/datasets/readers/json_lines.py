"""Manifests as JSON lines.

NeMo's have `audio_filepath`, `text`, `offset` and `duration`; others `key`, `wav` and `txt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import PurePosixPath

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets import tables
from streamwer.datasets.cutting import Cutter
from streamwer.datasets.dataset_folder import Folder, Line
from streamwer.datasets.readers.base import OWN, Form, refuse_split, sound
from streamwer.datasets.rows import Row, Source, Unusable
from streamwer.errors import DatasetError
from streamwer.formats.format_value import told
from streamwer.formats.word_times import LONGEST_S

KEYS = {
    "audio": ("audio_filepath", "audio_path", "audio_file", "wav", "audio"),
    "text": ("text", "txt", "transcript", "sentence"),
    "id": ("id", "utt_id", "utterance_id", "key", "utt"),
    "speaker": ("speaker", "speaker_id", "spk", "utt2spk"),
    "session": ("session", "session_id", "chapter", "chapter_id"),
    "words": ("words",),
    "language": ("language", "lang", "locale"),
}
"""Names that a field has in some manifest; the first that a row has counts."""
_LOOKED_AT = 20


def detect(folder: Folder) -> bool:
    """Whether a file of JSON lines names audio in one of its first lines."""
    return bool(_manifests(folder))


def _manifests(folder: Folder) -> list[str]:
    found = folder.files("*.jsonl", "*.json")
    return [path.name for path in found if _is_manifest(folder, path.name)]


def _is_manifest(folder: Folder, name: str) -> bool:
    try:
        lines = list(islice(folder.lines(name), _LOOKED_AT))
    except DatasetError:  # a link out of the folder is none of its files
        return False
    return any(isinstance(line, Line) and _names_audio(line.text) for line in lines)


def _names_audio(text: str) -> bool:
    try:
        return any(key in tables.parse_object(text) for key in KEYS["audio"])
    except DatasetError:
        return False


def open_rows(folder: Folder, config: DatasetConfig) -> Source:
    """The rows of the manifest.

    Raises:
        DatasetError: there are several.
    """
    refuse_split(config, FORM.name)
    found = _manifests(folder)
    if len(found) > 1:
        raise DatasetError(
            f"{folder.path}: {', '.join(found)} are there; name one of them in dataset.path"
        )
    rows = list(_rows(folder, tables.read(folder, found[0])))
    source = str(folder.path / found[0])
    return Source(source, tuple(KEYS), rows, len(rows), OWN, f"{FORM.name} ({found[0]})")


def _rows(folder: Folder, records: tables.Records) -> Iterator[Row | Unusable]:
    cutter = Cutter()
    for record in records:
        if isinstance(record, Unusable):
            yield record
            continue
        try:
            yield _row(folder, cutter, *record)
        except DatasetError as error:
            yield Unusable(record[0], str(error))


def _row(folder: Folder, cutter: Cutter, where: str, record: tables.Values) -> Row:
    values = {field: _first(record, names) for field, names in KEYS.items()}
    name = values["audio"]
    stem = PurePosixPath(name).stem if isinstance(name, str) else ""
    path = folder.place(name)
    begin = _time(record, "offset")
    duration = _time(record, "duration")
    whole = sound(folder, name)
    if begin is None or (begin == 0 and duration is None):
        return Row(where, values, stem, whole, path=path)
    end = None if duration is None else begin + duration
    stem = f"{stem}-{round(1000 * begin):08d}"
    part = cutter.cut(str(name), whole, begin, end)
    return Row(where, values, stem, part, whole, path=path, within=str(name))


def _first(record: Mapping[str, object], names: tuple[str, ...]) -> object:
    return next((record[name] for name in names if record.get(name) is not None), None)


def _time(record: Mapping[str, object], key: str) -> float | None:
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LONGEST_S:
        raise DatasetError(f"its {key} is {told(value)}, not a time in seconds")
    return float(value)


FORM = Form(
    "JSON lines manifest",
    "json_lines: a .jsonl or .json file, each line with audio_filepath (or wav) and text (or txt)",
    detect,
    open_rows,
)
