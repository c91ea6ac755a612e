"""Ids for recordings that have none: their file names, with folders where names are not unique."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import count, dropwhile

from streamwer.datasets.rows import DEFAULT_ID, DatasetRow, RowProblem, RowSource
from streamwer.errors import DatasetError
from streamwer.formats.recording_ids import fit_id, normalise_nfc, sanitise_name

_NAMELESS = "recording"  # one whose name has no letter or digit


def fold_name(name: str) -> str:
    """Return a key that is equal for names that are one file on some file systems."""
    return normalise_nfc(name.casefold())


def claim_id(recording: str, where: str, taken: dict[str, str]) -> None:
    """Claim an id for a row; an id can be used once.

    Args:
        recording: the id.
        where: the row's place in the source.
        taken: places of the ids in use, by `fold_name`; this one is added.

    Raises:
        DatasetError: another row has it.
    """
    owner = taken.get(fold_name(recording))
    if owner is not None:
        raise DatasetError(
            f"the id '{recording}' is that of {owner}; ids must differ: give one another name, "
            "or list the files in a table with a column of ids (dataset.columns.id)"
        )
    taken[fold_name(recording)] = where


def assign_ids(source: RowSource, column: str, partly: bool) -> RowSource:
    """Assign an id to every recording that has none, different from all others.

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
    names = _create_ids([row for row in rows if isinstance(row, DatasetRow)], column)
    return replace(source, rows=[_assign_id(row, names, column) for row in rows])


def _assign_id(
    row: DatasetRow | RowProblem, names: dict[str, str], column: str
) -> DatasetRow | RowProblem:
    if isinstance(row, RowProblem) or row.values.get(column) is not None:
        return row
    name = names[fold_name(row.place)]
    return replace(row, stem=name, values={**row.values, column: name}, original_place=row.place)


def _create_ids(rows: Iterable[DatasetRow], column: str) -> dict[str, str]:
    """Create an id for each place, in whatever letters it is written."""
    existing = [str(row.values[column]) for row in rows if row.values.get(column) is not None]
    unnamed = [row for row in rows if row.values.get(column) is None]
    places: dict[str, set[str]] = defaultdict(set)
    for row in unnamed:
        places[fold_name(_replace_unfit(row.stem))].add(fold_name(row.place))
    taken = {fold_name(name) for name in existing}
    alone = {stem for stem, of in places.items() if len(of) == 1} - taken
    taken |= alone
    ids: dict[str, str] = {}
    for row in unnamed:
        place = fold_name(row.place)
        if place not in ids:
            stem = _replace_unfit(row.stem)
            name = stem if fold_name(stem) in alone else _number_if_taken(_join_folders(row), taken)
            ids[place] = name
            taken.add(fold_name(name))
    return ids


def _join_folders(row: DatasetRow) -> str:
    folders = [part for part in posixpath.dirname(row.path).split("/") if part not in ("", "..")]
    return _replace_unfit("-".join((*folders, row.stem)))


def _replace_unfit(name: str) -> str:
    """Return a name with only what an id may have."""
    letters = dropwhile(lambda letter: not letter.isalnum(), sanitise_name(name))
    return fit_id("".join(letters).rstrip(". ") or (name and _NAMELESS))


def _number_if_taken(name: str, taken: set[str]) -> str:
    """Return the name, or where it is taken ("a-b/c" and "a/b-c"), that with a number."""
    numbered = (fit_id(name, f"-{number}") for number in count(2))
    return (
        name
        if fold_name(name) not in taken
        else next(n for n in numbered if fold_name(n) not in taken)
    )
