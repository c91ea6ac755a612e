"""The first rows of a data set as a table in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from streamwer.datasets.preview import Preview

_COLUMNS = ("row", "id", "speaker", "condition", "language", "timed words", "transcript or reason")


def print_preview(preview: Preview, name: str) -> None:
    """Print the first rows of the data set of that name as a table."""
    total = "rows" if preview.total is None else f"{preview.total} rows"
    print(f"{name}: {preview.form}, {total}")
    table = Table()
    cells = [row.to_cells() for row in preview.rows]
    # Columns that say nothing would take their width from the transcripts.
    used = [
        n for n in range(len(_COLUMNS)) if n == len(_COLUMNS) - 1 or any(row[n] for row in cells)
    ]
    for n in used:
        table.add_column(_COLUMNS[n], overflow="fold")
    for row, shown in zip(preview.rows, cells, strict=True):
        # As `Text`: a transcript may hold what rich takes for markup.
        table.add_row(*(Text(shown[n]) for n in used), style="red" if row.reason else "")
    Console().print(table)
    if preview.unusable:
        print(f"cannot be used as they are: {preview.unusable} of the {len(cells)} rows shown")
    if unused := [name for n, name in enumerate(_COLUMNS) if cells and n not in used]:
        print(f"no row shown has: {', '.join(unused)}")
