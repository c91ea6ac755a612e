"""Writing of a caption file that grows: a reader sees each cue as it becomes final."""

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


class CaptionWriter:
    """Writer of cues to a new file, each at once.

    Args:
        path: of the file, whose folders are made; a pipe, a device, or `-` for standard output.
        form: the format.

    Raises:
        StreamwerError: it cannot be written.
    """

    def __init__(self, path: Path, form: CaptionFormat) -> None:
        self.path, self._form, self._count = path, form, 0
        try:
            self._file = _open(path)
        except OSError as error:
            raise self._unwritable(error) from error
        self._write(form.head)

    def add(self, cues: Iterable[Cue]) -> None:
        """Write cues that have become final.

        Raises:
            StreamwerError: the disk is full.
        """
        for cue in cues:
            self._count += 1
            self._write(self._form.cue(self._count, cue))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def remove(self) -> None:
        """Close and delete the file: the transcript in it is incomplete."""
        self.close()
        if self.path != STDOUT and self.path.is_file() and not self.path.is_symlink():
            self.path.unlink()

    def _write(self, text: str) -> None:
        try:
            self._file.write(text)
            self._file.flush()
        except BrokenPipeError:  # the reader has had enough; the work goes on
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._file.fileno())
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> StreamwerError:
        return StreamwerError(f"--output {self.path}: cannot be written ({error.strerror})")


def _open(path: Path) -> TextIO:
    if path == STDOUT:
        sys.stdout.flush()
        return os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="replace")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w", encoding="utf-8", errors="replace", newline="\n")
