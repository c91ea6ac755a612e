"""A file of captions that grows: whoever follows it sees each cue as it becomes final."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from streamwer.errors import StreamwerError
from streamwer.formats.captions.cue import Cue
from streamwer.formats.captions.formats import Format

STDOUT = Path("-")


class Writer:
    """Writes cues to a file, each at once; the file is begun anew.

    Args:
        path: where; folders are made. A pipe or device is written to as it is; `-` is standard
            output.

    Raises:
        StreamwerError: it cannot be written.
    """

    def __init__(self, path: Path, form: Format) -> None:
        self.path, self._form, self._count = path, form, 0
        try:
            self._file = _opened(path)
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
        self._file.close()

    def remove(self) -> None:
        """Close and delete the file: what was written is no whole transcript."""
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


def _opened(path: Path) -> TextIO:
    if path == STDOUT:
        sys.stdout.flush()
        return os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="replace")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w", encoding="utf-8", errors="replace", newline="\n")
