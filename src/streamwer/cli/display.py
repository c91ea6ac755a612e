"""Display of a run: live in a terminal, as plain lines anywhere else.

Standard output gets the transcripts, standard error what went wrong, whatever they are.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, RenderableType
from rich.live import Live

from streamwer.cli.board import ProgressBoard
from streamwer.cli.transcript import FileTranscript
from streamwer.cli.views import Progress, make_printable, render_problem, render_transcript
from streamwer.runners.worker import Job
from streamwer.types import Step


class FileDisplay:
    """Plain lines: `name: text` for each file, in the order of the files.

    Args:
        board: kept up to date with what the workers report.
        names: the files, in order.
        quiet: show nothing but errors.
        watched: also note on standard error what is being done.
        texts: show the texts; not where standard output gets the transcripts in another form.
    """

    shows_total = False
    """True where the display shows how much audio there will be."""

    def __init__(
        self,
        board: ProgressBoard,
        names: Sequence[str],
        quiet: bool = False,
        watched: bool = False,
        texts: bool = True,
    ) -> None:
        self._board, self._quiet, self._texts = board, quiet, texts
        self.is_watched = watched
        self._names, self._held = list(names), dict[str, FileTranscript]()
        self._warnings: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Show what finished out of turn, even when the work was interrupted."""
        for name in self._names:
            if name in self._held:
                self._show(self._held.pop(name))

    def start_file(self, job: Job, seconds: float) -> None:
        board = self._board
        board.start_file(job.recording, seconds)
        if self.is_watched:
            number = board.done + len(board.running)
            self.show_message(f"[{number}/{board.files}] {job.recording} ({seconds:.1f} s)")

    def add_step(self, job: Job, step: Step) -> None:
        self._board.add_step(job.recording, step)

    def show_warning(self, text: str) -> None:
        """Show a library's warning, once however many workers have it."""
        if text not in self._warnings and not self._quiet:
            self._warnings.add(text)
            self.show_message(f"warning: {text}")

    def finish_file(self, done: FileTranscript) -> None:
        """Show a file's text, once those of the files before it are shown."""
        self._board.finish_file(done.file)
        self._held[done.file] = done
        while self._names and self._names[0] in self._held:
            self._show(self._held.pop(self._names.pop(0)))

    def show_message(self, message: str) -> None:
        """Show something that the user should know, on standard error."""
        print(make_printable(message), file=sys.stderr, flush=True)

    def show_note(self, message: str) -> None:
        """Show what was done, for someone who watches."""
        if self.is_watched:
            self.show_message(message)

    def _show(self, done: FileTranscript) -> None:
        if done.error is not None:
            self.show_message(f"error: {done.file}: {done.error}")
        elif self._texts and not self._quiet:
            print(f"{make_printable(done.file)}: {make_printable(done.text)}", flush=True)


class LiveDisplay(FileDisplay):
    """A terminal: texts that grow above one progress line.

    Args:
        console: on standard output; on standard error if standard output is not a terminal,
            and then it has the progress line only.
        texts: as of a `FileDisplay`.
    """

    shows_total = True

    def __init__(
        self, board: ProgressBoard, names: Sequence[str], console: Console, texts: bool = True
    ) -> None:
        super().__init__(board, names, watched=True, texts=texts)
        self._console, self._has_texts = console, not console.stderr
        self._live = create_live(Progress(board, panels=self._has_texts), console)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()
        super().__exit__(kind, error, trace)

    def start_file(self, job: Job, seconds: float) -> None:
        self._board.start_file(job.recording, seconds)

    def finish_file(self, done: FileTranscript) -> None:
        if not self._has_texts:
            super().finish_file(done)
            return
        self._board.finish_file(done.file)
        self._show(done)

    def show_message(self, message: str) -> None:
        if sys.stderr.isatty():
            self._console.print(render_problem(message))
        else:
            super().show_message(message)

    def show_note(self, message: str) -> None:
        self._console.print(message, style="dim", markup=False, highlight=False)

    def _show(self, done: FileTranscript) -> None:
        if done.error is None and self._has_texts:
            self._console.print(render_transcript(done.file, done.text))
        else:
            super()._show(done)


def choose_display(
    board: ProgressBoard, names: Sequence[str], quiet: bool, texts: bool = True
) -> FileDisplay:
    """Choose the display that suits where the output goes.

    Args:
        board: kept up to date with what the workers report.
        names: the files, in order.
        quiet: show nothing but errors.
        texts: show the texts; not where standard output gets the transcripts in another form.
    """
    console = None if quiet else find_terminal()
    if console and (texts or console.stderr):
        return LiveDisplay(board, names, console, texts)
    return FileDisplay(board, names, quiet, not quiet and sys.stderr.isatty(), texts)


def create_live(shown: RenderableType, console: Console) -> Live:
    """Create a part of the terminal that is redrawn again and again, and vanishes at the end."""
    return Live(
        shown,
        console=console,
        refresh_per_second=10,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def find_terminal() -> Console | None:
    """Find the terminal to draw in, if there is one.

    Asked of the streams, not of rich: FORCE_COLOR must not bring escape codes into a file. What
    reads a pipe may write to the same terminal at any moment, across whatever is drawn there.
    """
    if sys.stdout.isatty():
        console = Console(highlight=False)
    elif sys.stderr.isatty() and not _is_pipe(sys.stdout):
        console = Console(stderr=True, highlight=False)
    else:
        return None
    return None if console.is_dumb_terminal else console


def _is_pipe(stream: TextIO) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False
