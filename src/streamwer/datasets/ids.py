"""Ids of recordings that have none of their own: their names, told apart by folders if need be."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import count, dropwhile

from streamwer.datasets.rows import DEFAULT_ID, Row, Source, Unusable
from streamwer.errors import DatasetError
from streamwer.formats.recording_ids import cleaned, composed, fitted

_NAMELESS = "recording"  # one whose name has no letter or digit


def alike(name: str) -> str:
    """What two names share that would be one file on some file systems."""
    return composed(name.casefold())


def claim(recording: str, where: str, taken: dict[str, str]) -> None:
    """Note where an id is used first.

    Raises:
        DatasetError: that was elsewhere.
    """
    if alike(recording) in taken:
        raise DatasetError(
            f"the id '{recording}' is that of {taken[alike(recording)]}; ids must differ: give one "
            "another name, or list the files in a table with a column of ids (dataset.columns.id)"
        )
    taken[alike(recording)] = where


def distinct(source: Source, column: str, partly: bool) -> Source:
    """The source with a different id for every recording that its rows do not name.

    It is the row's stem, as far as an id may be so, and where recordings of several folders share
    one, the path: `ann-001` and `bob-001`. Rows of one and the same recording still share theirs.

    Args:
        source: whose rows know where their audio lies.
        column: with the ids.
        partly: whether rows may lack one where there is such a column.
    """
    if not partly and (column != DEFAULT_ID or column in source.columns):
        return source
    rows = list(source.rows)
    names = _names([row for row in rows if isinstance(row, Row)], column)
    return replace(source, rows=[_with_id(row, names, column) for row in rows])


def _with_id(row: Row | Unusable, names: dict[str, str], column: str) -> Row | Unusable:
    if isinstance(row, Unusable) or row.values.get(column) is not None:
        return row
    name = names[alike(row.place)]
    return replace(row, stem=name, values={**row.values, column: name}, unnamed=row.place)


def _names(rows: Iterable[Row], column: str) -> dict[str, str]:
    """An id for each place, written in whichever way."""
    given = [str(row.values[column]) for row in rows if row.values.get(column) is not None]
    unnamed = [row for row in rows if row.values.get(column) is None]
    places: dict[str, set[str]] = defaultdict(set)
    for row in unnamed:
        places[alike(_fit(row.stem))].add(alike(row.place))
    taken = {alike(name) for name in given}
    alone = {stem for stem, of in places.items() if len(of) == 1} - taken
    taken |= alone
    found: dict[str, str] = {}
    for row in unnamed:
        place = alike(row.place)
        if place not in found:
            stem = _fit(row.stem)
            name = stem if alike(stem) in alone else _free(_joined(row), taken)
            found[place] = name
            taken.add(alike(name))
    return found


def _joined(row: Row) -> str:
    folders = [part for part in posixpath.dirname(row.path).split("/") if part not in ("", "..")]
    return _fit("-".join((*folders, row.stem)))


def _fit(name: str) -> str:
    """What an id can have of a name that nobody gave as one."""
    kept = dropwhile(lambda letter: not letter.isalnum(), cleaned(name))
    return fitted("".join(kept).rstrip(". ") or (name and _NAMELESS))


def _free(name: str, taken: set[str]) -> str:
    """The name, or where it is taken ("a-b/c" and "a/b-c"), that with a number."""
    numbered = (fitted(name, f"-{number}") for number in count(2))
    return name if alike(name) not in taken else next(n for n in numbered if alike(n) not in taken)
