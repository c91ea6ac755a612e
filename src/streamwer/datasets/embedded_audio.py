"""Audio that is embedded in a Parquet file, as `datasets` writes it, and read when needed.

Rows are mostly asked for in their order; then each is read once, and few are held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from streamwer.audio.decoding import Samples
from streamwer.audio.isolated_decoder import DECODER
from streamwer.errors import AudioError, DatasetError
from streamwer.formats.recording_ids import sanitise_name

_ROWS = 8
"""Rows that are held at once: with their audio, which may be long."""
_LONGEST_STEM = 100
_HINT = Path("clip")
"""The name for FFmpeg: that of a clip may be anything."""


def find_audio_columns(path: Path) -> list[str]:
    """Find the columns of a Parquet file that hold audio; none where it cannot be read."""
    with suppress(pa.ArrowException, OSError):
        schema = parquet.read_schema(path)
        return [field.name for field in schema if holds_audio(field.type)]
    return []


def holds_audio(kind: pa.DataType) -> bool:
    """Tell whether values of a type may be audio with its name, as `datasets` keeps it."""
    return bool(pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0)


def name_clip(clip: object, number: int) -> tuple[str, str]:
    """Return the file name of a clip, and an id made of it for rows that have none.

    Args:
        clip: a value of a column with audio.
        number: of the row, from 1 on; a clip without a name is called after it.
    """
    given = clip.get("path") if isinstance(clip, Mapping) else None
    path = PurePosixPath(given if given and isinstance(given, str) else f"row-{number:06d}")
    # The path of a clip may be anything.
    return path.name, sanitise_name(path.stem).lstrip("_ .")[:_LONGEST_STEM].rstrip(" .")


def decode_clip(
    clip: Mapping[str, Any] | None, name: str, channel: int | None = None
) -> Iterator[Samples]:
    """Decode a value of such a column.

    Args:
        clip: its bytes, and perhaps its path.
        name: for errors and warnings.
        channel: the one to take, from 0 on; the mean of all if None.

    Raises:
        AudioError: it holds none, or it cannot be decoded.
    """
    content = (clip or {}).get("bytes")
    if not content:
        raise AudioError("it holds no audio; the data set must embed its audio, as Parquet does")
    yield from DECODER.decode_chunks(_HINT, channel, content, name)


@dataclass
class AudioColumn:
    """The audio column of one file.

    Attributes:
        path: of the file.
        column: with the audio.
    """

    path: Path
    column: str
    _next: int = 0
    _values: Iterator[Mapping[str, Any] | None] = field(default_factory=lambda: iter(()))

    def decode(self, number: int, name: str, channel: int | None) -> Iterator[Samples]:
        """Decode the audio of a row, counted from 0.

        Args:
            number: of the row.
            name: for errors and warnings.
            channel: the one to take, from 0 on; the mean of all if None.
        """
        yield from decode_clip(self._read(number), name, channel)

    def _read(self, number: int) -> Mapping[str, Any] | None:
        if self._next == 0 or number < self._next:
            self._next, self._values = 0, self._open()
        for value in self._values:
            self._next += 1
            if self._next > number:
                return value
        raise DatasetError(f"{self.path}: it has no row {number + 1} any more")

    def _open(self) -> Iterator[Mapping[str, Any] | None]:
        try:
            with parquet.ParquetFile(self.path, pre_buffer=False) as file:
                for batch in file.iter_batches(_ROWS, columns=[self.column], use_threads=False):
                    yield from batch.column(0).to_pylist()
        except (pa.ArrowException, OSError) as error:
            raise DatasetError(f"{self.path}: not readable as Parquet ({error})") from error
