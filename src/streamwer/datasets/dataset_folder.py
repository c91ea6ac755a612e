"""The folder of a data set: no file outside it is read, and no line of unlimited length."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from streamwer import audio
from streamwer.datasets.rows import RowProblem
from streamwer.errors import DatasetError
from streamwer.formats.format_value import format_value
from streamwer.formats.recording_ids import list_spellings, normalise_nfc

LONGEST_LINE = 4 * 2**20
"""Bytes. The word times of a call of five hours fit; a file without line breaks is a mistake."""
_BEGINNING = 1000


@dataclass(frozen=True)
class TextLine:
    """One line of a text file, and its place for errors."""

    where: str
    text: str


@dataclass(frozen=True)
class DatasetFolder:
    """A folder and the files in it; names in its files are relative to it.

    Attributes:
        path: as the user named it.
        only_file: name of the one file of rows to read, where the user named a file; else "".
    """

    path: Path
    only_file: str = ""
    _root: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_root", self.path.resolve())

    def resolve_file(self, name: str, within: str = "") -> Path:
        """Resolve the name of a file; links are followed, but not out of this folder.

        Where there is none, it may be that of a name whose letters are composed, or taken apart.

        Args:
            name: relative, or absolute.
            within: the folder, relative to this one, that a relative name starts from.

        Raises:
            DatasetError: it lies elsewhere, or the name cannot be one of a file.
        """
        try:
            paths = [
                (self._root / within / each).resolve() for each in (name, *list_spellings(name))
            ]
            path = next((each for each in paths if each.exists()), paths[0])
            inside = path.is_relative_to(self._root)
        except (OSError, ValueError, RuntimeError) as error:  # too long, NUL, a loop of links
            raise DatasetError(f"'{format_value(name)}' cannot be the name of a file") from error
        if not inside:
            raise DatasetError(
                f"'{format_value(name)}' is outside the folder; put the file there, "
                "or set dataset.path to a folder that holds it"
            )
        return path

    def name_file(self, path: Path) -> str:
        """Return the name of a file relative to this folder."""
        return path.relative_to(self.path).as_posix()

    def name_recording(self, name: object) -> str:
        """Return the path of a recording: relative, composed (NFC) and without suffix.

        It is "" where no file is named.
        """
        if not isinstance(name, str) or not name:
            return ""
        path = PurePosixPath(posixpath.normpath(name))
        for root in (self.path.absolute(), self._root) if path.is_absolute() else ():
            if path.is_relative_to(root):
                path = path.relative_to(root)
        return normalise_nfc((path.parent / path.stem).as_posix())

    def list_files(self, *patterns: str, deep: bool = False) -> list[Path]:
        """List files whose names match, sorted; only the one that the user named, if any.

        A suffix may be in capitals (`A.TXT`).
        """
        return sorted(
            path
            for path in (self.path.rglob("*") if deep else self.path.iterdir())
            if any(fnmatchcase(f"{path.stem}{path.suffix.lower()}", each) for each in patterns)
            and path.is_file()
            and not self._is_hidden(path)
            and path.name == (self.only_file or path.name)
        )

    def list_audio(self) -> list[Path]:
        """List all audio files that are not hidden, at any depth, sorted."""
        return sorted(
            path
            for path in self.path.rglob("*")
            if path.suffix.lower() in audio.SUFFIXES
            and path.is_file()
            and not self._is_hidden(path)
        )

    def _is_hidden(self, path: Path) -> bool:
        return any(part.startswith(".") for part in path.relative_to(self.path).parts)

    def is_binary(self, name: str) -> bool:
        """Tell whether a file that can be read begins with bytes that no UTF-8 text has."""
        try:
            with self.resolve_file(name).open("rb") as file:
                return b"\0" in file.read(_BEGINNING)
        except (OSError, DatasetError):
            return False

    def read_text(self, name: str, max_bytes: float = math.inf) -> str:
        """Read a whole text file.

        Args:
            name: of the file.
            max_bytes: largest number of bytes that makes sense.

        Raises:
            DatasetError: it lies outside the folder, cannot be read, is not UTF-8 or too long.
        """
        try:
            path = self.resolve_file(name)
            if path.stat().st_size > max_bytes:
                raise DatasetError(f"{self.path / name}: longer than {max_bytes / 2**20:g} MB")
            return path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise DatasetError(
                f"{self.path / name}: not UTF-8 text (byte {error.start}); save it as such"
            ) from error
        except OSError as error:
            raise DatasetError(f"{self.path / name}: cannot be read ({error.strerror})") from error

    def read_lines(self, name: str, label: str = "") -> Iterator[TextLine | RowProblem]:
        """Read the lines of a text file that are not blank; a problem for each that is no text.

        Args:
            name: of the file.
            label: what comes before "line 3" where more files than one have lines.

        Raises:
            DatasetError: the file lies outside the folder or cannot be read.
        """
        # Not splitlines(): a transcript may hold other line separators than "\n".
        for number, content in enumerate(self._read_raw_lines(name), start=1):
            where = f"{label}, line {number}" if label else f"line {number}"
            if content is None:
                yield RowProblem(where, f"longer than {LONGEST_LINE // 2**20} MB")
                continue
            try:
                text = content.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                yield RowProblem(where, f"not UTF-8 text (byte {error.start})")
                continue
            if text.strip():
                yield TextLine(where, text)

    def refuse_long_lines(self, name: str) -> None:
        """Refuse a text file with a line that is too long to be meant.

        Raises:
            DatasetError: it has one, lies outside the folder or cannot be read.
        """
        for number, content in enumerate(self._read_raw_lines(name), start=1):
            if content is None:
                raise DatasetError(f"line {number}: longer than {LONGEST_LINE // 2**20} MB")

    def _read_raw_lines(self, name: str) -> Iterator[bytes | None]:
        """Read lines as bytes; None for one that is too long."""
        try:
            with self.resolve_file(name).open("rb") as file:
                while content := file.readline(LONGEST_LINE):
                    ended = content.endswith(b"\n") or len(content) < LONGEST_LINE
                    yield content if ended else None
                    while not ended:
                        content = file.readline(LONGEST_LINE)
                        ended = content.endswith(b"\n") or len(content) < LONGEST_LINE
        except OSError as error:
            raise DatasetError(f"{self.path / name}: cannot be read ({error.strerror})") from error
