"""Writing of a file that grows, such as captions: a reader sees each cue as it becomes final."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from streamwer.errors import StreamwerError
from streamwer.formats.captions.cue import Cue
from streamwer.formats.captions.formats import CaptionFormat

STDOUT = Path("-")


class GrowingFile:
    """A new text file of which each part can be read at once.

    Args:
        path: of the file, whose folders are made; a pipe, a device, or `-` for standard output.

    Raises:
        StreamwerError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = _open(path)
        except OSError as error:
            raise self._unwritable(error) from error

    def write(self, text: str) -> None:
        """Write a part of it.

        Raises:
            StreamwerError: the disk is full.
        """
        try:
            self._file.write(text)
            self._file.flush()
        except BrokenPipeError:  # the reader has had enough; the work goes on
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._file.fileno())
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def remove(self) -> None:
        """Close and delete the file: the transcript in it is incomplete."""
        self.close()
        if self.path != STDOUT and self.path.is_file() and not self.path.is_symlink():
            self.path.unlink()

    def _unwritable(self, error: OSError) -> StreamwerError:
        return StreamwerError(f"--output {self.path}: cannot be written ({error.strerror})")


class CaptionWriter(GrowingFile):
    """Writer of cues to a new file, each at once.

    Args:
        path: as of a `GrowingFile`.
        form: the format.

    Raises:
        StreamwerError: it cannot be written.
    """

    def __init__(self, path: Path, form: CaptionFormat) -> None:
        super().__init__(path)
        self._form, self._count = form, 0
        self.write(form.head)

    def add(self, cues: Iterable[Cue]) -> None:
        """Write cues that have become final.

        Raises:
            StreamwerError: the disk is full.
        """
        for cue in cues:
            self._count += 1
            self.write(self._form.cue(self._count, cue))


def _open(path: Path) -> TextIO:
    if path == STDOUT:
        sys.stdout.flush()
        return os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="replace")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w", encoding="utf-8", errors="replace", newline="\n")
