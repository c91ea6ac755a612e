"""Summary of the rows of a data set: how many there are, and which cannot be used, and why.

They lie beside the manifest as `rows.json`, so that whoever reads a figure can see what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from streamwer.datasets import sidecar
from streamwer.datasets.rows import RowProblem
from streamwer.errors import DatasetError
from streamwer.formats.format_value import escape_unprintable

NAME = "rows.json"
SHOWN = 10


@dataclass(frozen=True)
class RowSummary:
    """What became of the rows of a source: counts, and the problems with their reasons.

    Attributes:
        form: what the source was recognised as.
        rows: how many were read, with the problems that are no rows: a file that nothing speaks of.
        unusable: those that are in no figure, for want of a reference.
        broken: those whose reference is sound but whose audio is not: they count as failures.
        notes: of those that are used, what a reader of the figures must know.
    """

    form: str
    rows: int
    unusable: tuple[RowProblem, ...] = ()
    broken: tuple[RowProblem, ...] = ()
    notes: tuple[RowProblem, ...] = ()

    def format_lines(self) -> list[str]:
        """Format a line for each of the first problems, and one for the rest."""
        lines = [f"not used: {row.where}: {row.reason}" for row in self.unusable]
        lines += [f"no audio: {row.where}: {row.reason}" for row in self.broken]
        lines += [f"note: {row.where}: {row.reason}" for row in self.notes]
        return shorten_list(lines, NAME)


def shorten_list(lines: Sequence[str], file: object) -> list[str]:
    """Shorten a list to ten lines, and name the file that has the others."""
    more = len(lines) - SHOWN
    rest = [f"… and {more} more, in {file}"] if more > 0 else []
    return [*lines[:SHOWN], *rest]


@dataclass(frozen=True)
class RowProblems:
    """The rows of one source that cannot be used."""

    source: str
    unusable: Sequence[RowProblem]
    broken: Sequence[RowProblem]
    notes: Sequence[RowProblem] = ()

    def summarise(self, form: str, rows: int) -> RowSummary:
        """Summarise the rows, with places and reasons that can be printed.

        Args:
            form: what the source was recognised as.
            rows: how many were read.
        """
        return RowSummary(form, rows, *map(_escape, (self.unusable, self.broken, self.notes)))

    def refuse(self) -> None:
        """Raise the problems: there is nothing else in the source.

        Raises:
            DatasetError: the first ten problems and the number of all.
        """
        problems = [f"{row.where}: {row.reason}" for row in (*self.unusable, *self.broken)]
        if not problems:
            raise DatasetError(f"{self.source}: it has no rows")
        if len(problems) == 1:
            raise DatasetError(f"{self.source}, {escape_unprintable(problems[0])}")
        more = len(problems) - SHOWN
        rest = [f"and {more} more row{'s' if more > 1 else ''}"] if more > 0 else []
        lines = "".join(
            f"\n  {line}" for line in [*map(escape_unprintable, problems[:SHOWN]), *rest]
        )
        raise DatasetError(f"{self.source}: none of its {len(problems)} rows can be used:{lines}")


def _escape(rows: Iterable[RowProblem]) -> tuple[RowProblem, ...]:
    return tuple(
        RowProblem(escape_unprintable(row.where), escape_unprintable(row.reason)) for row in rows
    )


def write_row_summary(folder: Path, outcome: RowSummary) -> None:
    """Write `rows.json` beside a manifest."""
    sidecar.write_sidecar(folder / NAME, asdict(outcome))


def read_row_summary(folder: Path) -> RowSummary | None:
    """Read the summary of a prepared data set; None where there is none.

    Raises:
        DatasetError: the file is not as `write_row_summary` leaves it.
    """
    return sidecar.read_sidecar(folder / NAME, _parse_summary)


def _parse_summary(record: Any) -> RowSummary:
    problems = {
        kind: tuple(RowProblem(str(row["where"]), str(row["reason"])) for row in rows)
        for kind, rows in (
            ("unusable", record["unusable"]),
            ("broken", record["broken"]),
            ("notes", record.get("notes", ())),  # old ones have none
        )
    }
    return RowSummary(str(record["form"]), int(record["rows"]), **problems)
