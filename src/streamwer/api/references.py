"""References for scoring, in whatever form the caller has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

from streamwer.config.compose import load_config, quote_value
from streamwer.datasets.folder import open_source
from streamwer.datasets.rows import DatasetRow, parse_fields, select_columns
from streamwer.errors import DatasetError
from streamwer.eventlog.log import EventLog
from streamwer.formats import manifest
from streamwer.formats.reference_files import References
from streamwer.formats.references import TEXT_SUFFIX, read_references
from streamwer.types import Reference

PathInput = str | PathLike[str]
ReferenceInput = PathInput | Sequence[PathInput] | Mapping[str, str] | Sequence[Reference]
_TIMED = (".ctm", ".stm", ".tsv")


def load_references(reference: ReferenceInput | None) -> References | None:
    """Load references from files, a data set's folder, texts by recording, or records.

    Raises:
        DatasetError: a file is missing or malformed; names it and, where there is one, the line.
    """
    if reference is None:
        return None
    if isinstance(reference, Mapping):
        texts = sorted(reference.items())
        return References(tuple(_make_reference(name, text) for name, text in texts))
    listed = [reference] if isinstance(reference, str | PathLike) else list(reference)
    records = [each for each in listed if isinstance(each, Reference)]
    if records and len(records) == len(listed):
        return References(tuple(sorted(records, key=lambda each: each.recording)))
    paths = [Path(each) for each in listed if isinstance(each, str | PathLike)]
    if len(paths) != len(listed) or not paths:
        raise DatasetError("reference: give files, texts by recording, or Reference records")
    if len(paths) == 1 and _is_dataset_folder(paths[0]):
        return References(tuple(_read_dataset(paths[0])))
    return read_references(paths)


def has_plain_texts(reference: ReferenceInput | None) -> bool:
    """Tell whether references are texts without times, so that a log may be plain text as well."""
    if isinstance(reference, Mapping):
        return True
    listed = [reference] if isinstance(reference, str | PathLike) else list(reference or ())
    paths = [Path(each) for each in listed if isinstance(each, str | PathLike)]
    return bool(paths) and all(path.suffix.lower() == TEXT_SUFFIX for path in paths)


def select_references(references: References, log: EventLog) -> References:
    """Select the references of the recordings that were streamed, with their length.

    Args:
        references: perhaps of a whole data set.
        log: what `stream` returned.
    """
    lengths: dict[str, float] = {each.recording: 0.0 for each in log.failures}
    for step in log.steps:
        lengths[step.recording] = max(lengths.get(step.recording, 0.0), step.audio_end)
    items = [each for each in references.items if each.recording in lengths]
    timed = (replace(each, seconds=each.seconds or lengths[each.recording]) for each in items)
    return replace(references, items=tuple(timed))


def _is_dataset_folder(path: Path) -> bool:
    if not path.is_dir() or (path / manifest.MANIFEST_NAME).is_file():
        return False
    return not any(file.suffix.lower() in _TIMED for file in path.iterdir())


def _read_dataset(folder: Path) -> Iterator[Reference]:
    """Yield the reference of each recording, sorted; no audio is read."""
    config = load_config(["dataset=folder", f"dataset.path={quote_value(str(folder))}"]).dataset
    source = open_source(config)
    columns = select_columns(config.columns, source)
    rows = (parse_fields(row, columns) for row in source.rows if isinstance(row, DatasetRow))
    for fields in sorted(rows, key=lambda each: each.recording):
        yield replace(
            _make_reference(fields.recording, fields.text),
            speaker=fields.speaker,
            condition=fields.condition,
            words=fields.words,
            language=fields.language,
        )


def _make_reference(recording: str, text: str) -> Reference:
    return Reference(recording, audio="", seconds=0.0, text=text)
