"""Tab-separated words: `start`, `end`, `word` and perhaps `recording`; times in seconds.

With a header, columns may come in any order and others are skipped; without one, they are in this
order (as ufal/asr_latency has them). Without a recording, the file's name is the recording's.
"""

from __future__ import annotations

from pathlib import Path

from streamwer.errors import DatasetError
from streamwer.formats.reference_files import (
    References,
    build_references,
    parse_interval,
    read_reference_lines,
)
from streamwer.types import Word

_COLUMNS = ("start", "end", "word", "recording")
_NEEDED = len(_COLUMNS) - 1


def read_tsv(path: Path) -> References:
    """Read the words of all recordings.

    Raises:
        DatasetError: a line is malformed, or the header lacks a column; names file and line.
    """
    rows = [(where, line.split("\t")) for where, line in read_reference_lines(path)]
    columns = (
        _find_columns(rows[0][0], [cell.strip().lower() for cell in rows[0][1]]) if rows else {}
    )
    has_header = bool(rows) and "start" in {cell.strip().lower() for cell in rows[0][1]}
    words: dict[str, list[Word]] = {}
    for where, cells in rows[has_header:]:
        if len(cells) <= max(columns.values()):
            raise DatasetError(
                f"{where}: {len(cells)} columns, but {max(columns.values()) + 1} needed"
            )
        start, end = parse_interval(where, cells[columns["start"]], cells[columns["end"]])
        text = cells[columns["word"]].strip()
        if not text:
            raise DatasetError(f"{where}: the word is empty")
        name = cells[columns["recording"]].strip() if "recording" in columns else path.stem
        words.setdefault(name, []).append(Word(text, start, end))
    return References(build_references(path, words), is_named_after_file="recording" not in columns)


def _find_columns(where: str, first: list[str]) -> dict[str, int]:
    if "start" not in first:
        if len(first) < _NEEDED:
            raise DatasetError(f"{where}: the columns must be {', '.join(_COLUMNS[:_NEEDED])}")
        return {name: at for at, name in enumerate(_COLUMNS[: len(first)])}
    missing = [name for name in _COLUMNS[:_NEEDED] if name not in first]
    if missing:
        raise DatasetError(f"{where}: the header has no column {' and no '.join(missing)}")
    return {name: first.index(name) for name in _COLUMNS if name in first}
