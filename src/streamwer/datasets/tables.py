"""Rows with named columns: from JSON lines, CSV, tab-separated values or Parquet."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from io import StringIO
from itertools import count
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from streamwer._util.strict_json import parse_json
from streamwer.datasets.dataset_folder import LONGEST_LINE, DatasetFolder
from streamwer.datasets.embedded_audio import holds_audio
from streamwer.datasets.rows import RowProblem
from streamwer.errors import DatasetError
from streamwer.formats.format_value import format_value

EXAMPLE = '{"file_name": "a.wav", "text": "what was said"}'

Values = Mapping[str, object]
Records = list[tuple[str, Values] | RowProblem]
"""Each with its place: "row 3"."""


def read_table(folder: DatasetFolder, name: str) -> Records:
    """Read the rows of a file, by its suffix.

    Raises:
        DatasetError: the file cannot be read at all, or has no rows.
    """
    suffix = name.rpartition(".")[2].lower()
    readers = {"csv": _read_csv, "tsv": _read_csv, "parquet": _read_parquet}
    records = list(readers.get(suffix, _read_json_lines)(folder, name))
    if not records:
        raise DatasetError(f"{folder.path / name}: it has no rows; write {EXAMPLE} for each")
    return records


def list_columns(records: Records) -> tuple[str, ...]:
    """List all columns that some row has, in the order in which they occur."""
    rows = (record[1] for record in records if not isinstance(record, RowProblem))
    return tuple(dict.fromkeys(name for row in rows for name in row))


def parse_object(text: str) -> dict[str, object]:
    """Parse a JSON object.

    Raises:
        DatasetError: it is something else.
    """
    try:
        values = parse_json(text)
    except ValueError as error:
        raise DatasetError(f"not JSON ({format_value(str(error))})") from error
    except RecursionError as error:
        raise DatasetError("not JSON of a row (nested too deeply)") from error
    if not isinstance(values, dict):
        raise DatasetError(f"not a JSON object, such as {EXAMPLE}")
    return values


def _read_json_lines(folder: DatasetFolder, name: str) -> Iterator[tuple[str, Values] | RowProblem]:
    for line in folder.read_lines(name):
        if isinstance(line, RowProblem):
            yield line
            continue
        try:
            yield line.where, parse_object(line.text)
        except DatasetError as error:
            yield RowProblem(line.where, str(error))


def _read_csv(folder: DatasetFolder, name: str) -> Iterator[tuple[str, Values] | RowProblem]:
    # Rows, not lines: a quoted transcript may span several lines. Row 1 follows the header.
    try:
        rows = _open_csv(folder, name)
        header = Counter(rows.fieldnames or ())  # reads it
    except csv.Error as error:
        raise DatasetError(f"{folder.path / name}: its header is not CSV ({error})") from error
    if again := [format_value(column) for column, times in header.items() if column and times > 1]:
        raise DatasetError(f"{folder.path / name}: more columns than one are called '{again[0]}'")
    for number in count(1):
        line = rows.reader.line_num
        try:
            row: dict[Any, Any] | None = next(rows, None)
        except csv.Error as error:
            reason = f"not readable as CSV ({error})"
            # After several lines, where the next row begins is not known any more.
            if rows.reader.line_num > line + 1:
                where = f"{folder.path / name}, row {number}"
                raise DatasetError(f"{where}: {reason}") from error
            yield RowProblem(f"row {number}", reason)
            continue
        if row is None:
            return
        if None in row:
            reason = "it has more cells than the header has columns; quote commas"
            yield RowProblem(f"row {number}", reason)
        else:
            yield f"row {number}", row


def _open_csv(folder: DatasetFolder, name: str) -> csv.DictReader[str]:
    csv.field_size_limit(LONGEST_LINE)
    text = StringIO(folder.read_text(name), newline="")
    if name.lower().endswith(".tsv"):  # in tab-separated values, a quotation mark is only that
        return iter(csv.DictReader(text, strict=True, delimiter="\t", quoting=csv.QUOTE_NONE))
    header = text.readline()
    text.seek(0)
    # Where a comma is in numbers, spreadsheets part cells otherwise.
    delimiter = next((each for each in ";|" if each in header and "," not in header), ",")
    found = csv.DictReader(text, strict=True, delimiter=delimiter, skipinitialspace=True)
    if found.fieldnames:  # "file_name , text" has the same columns
        found.fieldnames = [column.strip() for column in found.fieldnames]
    return found


def _read_parquet(folder: DatasetFolder, name: str) -> Iterator[tuple[str, Values] | RowProblem]:
    path = folder.resolve_file(name)
    try:
        number = 0
        with parquet.ParquetFile(path) as file:
            # Audio is read row by row, when it is wanted.
            columns = [_select_column(each) for each in file.schema_arrow]
            for batch in file.iter_batches(batch_size=256, columns=columns):
                for row in batch.to_pylist():
                    number += 1
                    yield f"row {number}", row
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise DatasetError(f"{folder.path / name}: not readable as Parquet ({reason})") from error


def _select_column(column: pa.Field) -> str:
    """Return a column's name; of embedded audio only that of the clip's name is read."""
    return f"{column.name}.path" if holds_audio(column.type) else str(column.name)
