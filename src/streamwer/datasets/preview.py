"""Preview of a data set: its first rows, and the beginning of their audio."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, islice

from streamwer.config.dataset import ColumnsConfig, DatasetConfig
from streamwer.datasets import rows, sampling
from streamwer.datasets.ids import claim_id
from streamwer.datasets.preparation import open_source
from streamwer.datasets.rows import DatasetRow, RecordingFields, RowProblem
from streamwer.errors import DatasetError, StreamwerError
from streamwer.formats.format_value import escape_unprintable, format_value


@dataclass(frozen=True)
class PreviewRow:
    """One row: its fields, why it cannot be used, or both where there is no audio."""

    where: str
    fields: RecordingFields | None = None
    reason: str = ""

    def to_cells(self) -> tuple[str, ...]:
        """Return place, id, speaker, condition, language, timed words, transcript or reason."""
        fields = self.fields
        if fields is None:
            return (escape_unprintable(self.where), *[""] * 5, escape_unprintable(self.reason))
        words = str(len(fields.words)) if fields.words else ""
        names = (fields.recording, fields.speaker, fields.condition, fields.language)
        texts = (*names, words, self.reason or format_value(fields.text))
        return (escape_unprintable(self.where), *map(escape_unprintable, texts))


@dataclass(frozen=True)
class Preview:
    """The kind of data set, the number of its rows where that is known, and the first of them.

    Problems that are no rows are counted with them, as in `RowSummary`.
    """

    form: str
    total: int | None
    rows: tuple[PreviewRow, ...]

    @property
    def unusable(self) -> int:
        """The number of rows that cannot be used as they are."""
        return sum(bool(row.reason) for row in self.rows)


def preview_dataset(config: DatasetConfig, count: int) -> Preview:
    """Read the first rows of a data set, after as many of the problems that are no rows.

    Raises:
        ConfigError: a key of the config makes no sense.
        DatasetError: the source cannot be read.
    """
    # Of a data set on the hub only what these rows need is fetched.
    source = sampling.limit_rows(
        open_source(replace(config, streaming=config.source == "hub")),
        config.limit,
        config.shuffle_seed,
    )
    columns = rows.select_columns(config.columns, source)
    ignored = frozenset(config.ignored_transcripts)
    shown = chain(islice(source.problems, max(0, count)), islice(source.rows, max(0, count)))
    ids: dict[str, str] = {}
    preview_rows = tuple(_preview_row(row, columns, ignored, ids) for row in shown)
    total = None if source.total is None else source.total + len(source.problems)
    return Preview(source.form, total, preview_rows)


def _preview_row(
    row: DatasetRow | RowProblem,
    columns: ColumnsConfig,
    ignored: frozenset[str],
    ids: dict[str, str],
) -> PreviewRow:
    if isinstance(row, RowProblem):
        return PreviewRow(row.where, reason=row.reason)
    try:
        fields = rows.parse_fields(row, columns, ignored)
        claim_id(fields.recording, row.where, ids)
    except DatasetError as error:
        return PreviewRow(row.where, reason=str(error))
    return PreviewRow(row.where, fields, _check_audio(row))


def _check_audio(row: DatasetRow) -> str:
    """Return why there is no audio, from its first piece; of a segment, from its whole file."""
    try:
        next((row.open_whole or row.open_audio)(), None)
    except StreamwerError as error:
        return f"no audio: {error}"
    return ""
