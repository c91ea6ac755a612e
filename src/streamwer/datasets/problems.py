"""The rows of a data set that could not be used, and why: told, counted and kept.

They lie beside the manifest as `rows.json`, so that whoever reads a figure can see what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from streamwer.datasets import sidecar
from streamwer.datasets.rows import Unusable
from streamwer.errors import DatasetError
from streamwer.formats.format_value import printable

NAME = "rows.json"
SHOWN = 10


@dataclass(frozen=True)
class Outcome:
    """What became of the rows of a source.

    Attributes:
        form: what the source was recognised as.
        rows: how many were read, with the problems that are no rows: a file that nothing speaks of.
        unusable: those that are in no figure, for want of a reference.
        broken: those whose reference is sound but whose audio is not: they count as failures.
        notes: of those that are used, what a reader of the figures must know.
    """

    form: str
    rows: int
    unusable: tuple[Unusable, ...] = ()
    broken: tuple[Unusable, ...] = ()
    notes: tuple[Unusable, ...] = ()

    def told(self) -> list[str]:
        """A line for each of the first rows that something is wrong with, and one for the rest."""
        lines = [f"not used: {row.where}: {row.reason}" for row in self.unusable]
        lines += [f"no audio: {row.where}: {row.reason}" for row in self.broken]
        lines += [f"note: {row.where}: {row.reason}" for row in self.notes]
        return first(lines, NAME)


def first(lines: Sequence[str], file: object) -> list[str]:
    """The first ten lines, and where there are more, in which file they are."""
    more = len(lines) - SHOWN
    rest = [f"… and {more} more, in {file}"] if more > 0 else []
    return [*lines[:SHOWN], *rest]


@dataclass(frozen=True)
class Problems:
    """The rows of one source that cannot be used."""

    source: str
    unusable: Sequence[Unusable]
    broken: Sequence[Unusable]
    notes: Sequence[Unusable] = ()

    def outcome(self, form: str, rows: int) -> Outcome:
        """What became of so many rows; places and reasons as a page can show them."""
        return Outcome(form, rows, *map(_plain, (self.unusable, self.broken, self.notes)))

    def refuse(self) -> None:
        """Raise what was noted: there is nothing else in the source.

        Raises:
            DatasetError: the first ten problems and the number of all.
        """
        found = [f"{row.where}: {row.reason}" for row in (*self.unusable, *self.broken)]
        if not found:
            raise DatasetError(f"{self.source}: it has no rows")
        if len(found) == 1:
            raise DatasetError(f"{self.source}, {printable(found[0])}")
        more = len(found) - SHOWN
        rest = [f"and {more} more row{'s' if more > 1 else ''}"] if more > 0 else []
        lines = "".join(f"\n  {problem}" for problem in [*map(printable, found[:SHOWN]), *rest])
        raise DatasetError(f"{self.source}: none of its {len(found)} rows can be used:{lines}")


def _plain(rows: Iterable[Unusable]) -> tuple[Unusable, ...]:
    return tuple(Unusable(printable(row.where), printable(row.reason)) for row in rows)


def write(folder: Path, outcome: Outcome) -> None:
    """Write `rows.json` beside a manifest."""
    sidecar.write(folder / NAME, asdict(outcome))


def read(folder: Path) -> Outcome | None:
    """What became of the rows of a prepared data set; None where that was not kept.

    Raises:
        DatasetError: the file is not as `write` leaves it.
    """
    return sidecar.read(folder / NAME, _made)


def _made(record: Any) -> Outcome:
    listed = {
        kind: tuple(Unusable(str(row["where"]), str(row["reason"])) for row in rows)
        for kind, rows in (
            ("unusable", record["unusable"]),
            ("broken", record["broken"]),
            ("notes", record.get("notes", ())),  # old ones have none
        )
    }
    return Outcome(str(record["form"]), int(record["rows"]), **listed)
