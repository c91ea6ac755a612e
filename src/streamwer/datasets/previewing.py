"""The first rows of a data set as they are understood; of their audio only the beginning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, islice

from streamwer.config.dataset import ColumnsConfig, DatasetConfig
from streamwer.datasets import rows, sampling
from streamwer.datasets.ids import claim
from streamwer.datasets.preparing import open_source
from streamwer.datasets.rows import Fields, Row, Unusable
from streamwer.errors import DatasetError, StreamwerError
from streamwer.formats.format_value import printable, told


@dataclass(frozen=True)
class PreviewRow:
    """One row: what it says of a recording, why it cannot be used, or both: there is no audio."""

    where: str
    fields: Fields | None = None
    reason: str = ""

    def cells(self) -> tuple[str, ...]:
        """Place, id, speaker, condition, language, count of timed words, transcript or reason."""
        said = self.fields
        if said is None:
            return (printable(self.where), "", "", "", "", "", printable(self.reason))
        words = str(len(said.words)) if said.words else ""
        known = (said.recording, said.speaker, said.condition, said.language)
        texts = (*known, words, self.reason or told(said.text))
        return (printable(self.where), *map(printable, texts))


@dataclass(frozen=True)
class Preview:
    """What was recognised, how many rows it has where that is known, and the first of them.

    What cannot be used and is no row is counted with them, as in `Outcome`.
    """

    form: str
    total: int | None
    rows: tuple[PreviewRow, ...]

    @property
    def unusable(self) -> int:
        """How many of the rows cannot be used as they are."""
        return sum(bool(row.reason) for row in self.rows)


def preview(config: DatasetConfig, count: int) -> Preview:
    """Read the first rows of a data set, after as many of the problems that are no rows.

    Raises:
        ConfigError: a key of the config makes no sense.
        DatasetError: the source cannot be read.
    """
    # Of a data set on the hub only what these rows need is fetched.
    source = sampling.taken(
        open_source(replace(config, streaming=config.source == "hub")),
        config.limit,
        config.shuffle_seed,
    )
    columns = rows.present(config.columns, source)
    unscored = frozenset(config.unscored)
    shown = chain(islice(source.problems, max(0, count)), islice(source.rows, max(0, count)))
    taken: dict[str, str] = {}
    found = tuple(_row(row, columns, unscored, taken) for row in shown)
    total = None if source.total is None else source.total + len(source.problems)
    return Preview(source.form, total, found)


def _row(
    row: Row | Unusable, columns: ColumnsConfig, unscored: frozenset[str], taken: dict[str, str]
) -> PreviewRow:
    if isinstance(row, Unusable):
        return PreviewRow(row.where, reason=row.reason)
    try:
        said = rows.fields(row, columns, unscored)
        claim(said.recording, row.where, taken)
    except DatasetError as error:
        return PreviewRow(row.where, reason=str(error))
    return PreviewRow(row.where, said, _unheard(row))


def _unheard(row: Row) -> str:
    """Why there is no audio, as far as its first piece tells; of a segment, its whole file's."""
    try:
        next((row.whole or row.sound)(), None)
    except StreamwerError as error:
        return f"no audio: {error}"
    return ""
