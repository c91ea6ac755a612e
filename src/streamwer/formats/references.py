"""Reading of references in any format, by the file's suffix: manifest, CTM, STM, TSV, text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from streamwer.errors import DatasetError
from streamwer.formats import ctm, manifest, plain_text, stm, tsv
from streamwer.formats.reference_files import References

TEXT_SUFFIX = ".txt"
READERS: Mapping[str, Callable[[Path], References]] = {
    ".ctm": ctm.read_ctm,
    ".jsonl": lambda path: References(manifest.read_manifest_file(path)),
    ".stm": stm.read_stm,
    ".tsv": tsv.read_tsv,
    TEXT_SUFFIX: plain_text.read_transcript,
}
_WITH_NAMES = READERS.keys() - {TEXT_SUFFIX}
"""A text file in a folder of references may be anything: it is read only if it is named."""


def read_references(paths: Sequence[Path]) -> References:
    """Read the references of all files; a folder is a prepared data set, or has such files.

    Raises:
        DatasetError: a file is missing, malformed or of another suffix, or a recording occurs in
            two of them; names the file and, where there is one, the line.
    """
    files = [file for path in paths for file in _list_files(path)]
    parts = [(file, READERS[file.suffix.lower()](file)) for file in files]
    origins: dict[str, Path] = {}
    for file, references in parts:
        for reference in references.items:
            if reference.recording in origins:
                other = origins[reference.recording]
                raise DatasetError(f"{file}: '{reference.recording}' is in {other} too")
            origins[reference.recording] = file
    items = [reference for _, references in parts for reference in references.items]
    return References(
        tuple(sorted(items, key=lambda item: item.recording)),
        is_named_after_file=all(references.is_named_after_file for _, references in parts),
        notes=tuple(note for _, references in parts for note in references.notes),
    )


def _list_files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise DatasetError(f"{path}: no such file or folder")
    if (path / manifest.MANIFEST_NAME).is_file():
        yield path / manifest.MANIFEST_NAME
    elif path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in _WITH_NAMES)
        if not files:
            wanted = ", ".join(sorted(_WITH_NAMES))
            raise DatasetError(f"{path}: no {wanted} in this folder")
        yield from files
    elif path.suffix.lower() in READERS:
        yield path
    else:
        raise DatasetError(f"{path}: references must be one of {', '.join(READERS)}")
