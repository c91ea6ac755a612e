"""Read published alignments from TextGrid, parquet and CTM files, chosen by suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from streamwer.alignment.published import table
from streamwer.alignment.published.match import PublishedAlignment, match_alignments
from streamwer.config.alignment import PublishedConfig
from streamwer.errors import DatasetError
from streamwer.formats import ctm, textgrid
from streamwer.formats.recording_ids import normalise_nfc
from streamwer.types import Word

Reader = Callable[[Path, PublishedConfig], Mapping[str, tuple[Word, ...]]]

READERS: Mapping[str, Reader] = {
    ".textgrid": lambda path, config: {
        path.stem: textgrid.read_textgrid(path, config.tier, "alignment.tier")
    },
    ".parquet": table.read_table,
    ".ctm": lambda path, _: {each.recording: each.words for each in ctm.read_ctm(path).items},
}


def read_alignments(config: PublishedConfig) -> list[PublishedAlignment]:
    """Read the alignments of all files.

    Raises:
        DatasetError: there is no file, or one is malformed; names the file.
    """
    path = Path(config.path).expanduser()
    root = path if path.is_dir() else path.parent
    return [
        PublishedAlignment(file, root, normalise_nfc(name), words)  # as ids are
        for file in _find_files(config)
        for name, words in READERS[file.suffix.lower()](file, config).items()
    ]


def _find_files(config: PublishedConfig) -> tuple[Path, ...]:
    path = Path(config.path).expanduser()
    inside = sorted(path.glob(config.pattern)) if path.is_dir() else [path]
    files = tuple(file for file in inside if file.suffix.lower() in READERS and file.is_file())
    if not files:
        where = f"'{config.pattern}' in this folder" if path.is_dir() else "such a file"
        raise DatasetError(f"{path}: no {where} is a .TextGrid, .parquet or .ctm (alignment.path)")
    return files


__all__ = ["READERS", "PublishedAlignment", "match_alignments", "read_alignments"]
