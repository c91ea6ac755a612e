"""References as others keep them: a manifest, CTM, STM, TSV or text, by the file's suffix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from streamwer.errors import DatasetError
from streamwer.formats import manifest
from streamwer.formats.references import ctm, stm, text, tsv
from streamwer.formats.references.base import References

__all__ = ["PLAIN", "References", "read"]

PLAIN = ".txt"
READERS: Mapping[str, Callable[[Path], References]] = {
    ".ctm": ctm.read,
    ".jsonl": lambda path: References(manifest.read_file(path)),
    ".stm": stm.read,
    ".tsv": tsv.read,
    PLAIN: text.read,
}
_WITH_NAMES = READERS.keys() - {PLAIN}
"""A text in a folder of references may be anything: it is one where it is named."""


def read(paths: Sequence[Path]) -> References:
    """The references of all files; a folder is a prepared data set, or a folder of such files.

    Raises:
        DatasetError: a file is missing, malformed or of another suffix, or a recording occurs in
            two of them; names the file and, where there is one, the line.
    """
    files = [file for path in paths for file in _files(path)]
    read_files = [(file, READERS[file.suffix.lower()](file)) for file in files]
    homes: dict[str, Path] = {}
    for file, references in read_files:
        for reference in references.items:
            if reference.recording in homes:
                home = homes[reference.recording]
                raise DatasetError(f"{file}: '{reference.recording}' is in {home} too")
            homes[reference.recording] = file
    items = [reference for _, references in read_files for reference in references.items]
    return References(
        tuple(sorted(items, key=lambda item: item.recording)),
        unnamed=all(references.unnamed for _, references in read_files),
        notes=tuple(note for _, references in read_files for note in references.notes),
    )


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise DatasetError(f"{path}: no such file or folder")
    if (path / manifest.NAME).is_file():
        yield path / manifest.NAME
    elif path.is_dir():
        inside = sorted(file for file in path.iterdir() if file.suffix.lower() in _WITH_NAMES)
        if not inside:
            wanted = ", ".join(sorted(_WITH_NAMES))
            raise DatasetError(f"{path}: no {wanted} in this folder")
        yield from inside
    elif path.suffix.lower() in READERS:
        yield path
    else:
        raise DatasetError(f"{path}: references must be one of {', '.join(READERS)}")
