"""Display of a run: live in a terminal, as plain lines anywhere else.

Standard output gets the transcripts, standard error what went wrong, whatever they are.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live

from streamwer.cli.board import ProgressBoard
from streamwer.cli.transcript import FileTranscript
from streamwer.cli.views import Progress, make_printable, render_problem, render_transcript
from streamwer.runners.worker import Job
from streamwer.types import Step


class MessageDisplay:
    """Messages on standard error, as plain lines.

    Args:
        watched: whether somebody watches, who is also told what is being done.
    """

    def __init__(self, watched: bool) -> None:
        self.is_watched = watched

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Show what is left, even when the work was interrupted."""

    def show_message(self, message: str) -> None:
        """Show something that the user should know."""
        print(make_printable(message), file=sys.stderr, flush=True)

    def show_note(self, message: str) -> None:
        """Show what is or was done, for someone who watches."""
        if self.is_watched:
            self.show_message(message)


class LiveTerminal(MessageDisplay):
    """Messages in a terminal, above a part of it that is redrawn again and again."""

    def draw(self, shown: RenderableType, console: Console) -> None:
        """Choose what is redrawn while the display is open; it vanishes at the end."""
        self.is_watched, self._console = True, console
        self._live = Live(
            shown,
            console=console,
            refresh_per_second=10,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        self._live.stop()
        super().__exit__(*error)

    def show_message(self, message: str) -> None:
        if sys.stderr.isatty():
            self._console.print(render_problem(message))
        else:
            super().show_message(message)

    def show_note(self, message: str) -> None:
        self._console.print(message, style="dim", markup=False, highlight=False)


class FileDisplay(MessageDisplay):
    """Plain lines: `name: text` for each file, in the order of the files.

    Args:
        board: kept up to date with what the workers report.
        names: the files, in order.
        quiet: show nothing but errors.
        texts: show the texts; not where standard output gets the transcripts in another form.
    """

    shows_total = False
    """True where the display shows how much audio there will be."""

    def __init__(
        self, board: ProgressBoard, names: Sequence[str], quiet: bool = False, texts: bool = True
    ) -> None:
        super().__init__(watched=not quiet and sys.stderr.isatty())
        self._board, self._quiet, self._texts = board, quiet, texts
        self._names, self._held = list(names), dict[str, FileTranscript]()
        self._warnings: set[str] = set()

    def __exit__(self, *error: object) -> None:
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

    def _show(self, done: FileTranscript) -> None:
        if done.error is not None:
            self.show_message(f"error: {done.file}: {done.error}")
        elif self._texts and not self._quiet:
            print(f"{make_printable(done.file)}: {make_printable(done.text)}", flush=True)


class LiveDisplay(LiveTerminal, FileDisplay):
    """A terminal: texts that grow above one progress line."""

    shows_total = True

    def __init__(self, board: ProgressBoard, names: Sequence[str], console: Console) -> None:
        super().__init__(board, names)
        self.draw(Progress(board), console)

    def start_file(self, job: Job, seconds: float) -> None:
        self._board.start_file(job.recording, seconds)

    def finish_file(self, done: FileTranscript) -> None:
        self._board.finish_file(done.file)
        self._show(done)

    def _show(self, done: FileTranscript) -> None:
        if done.error is None:
            self._console.print(render_transcript(done.file, done.text))
        else:
            super()._show(done)


def find_terminal() -> Console | None:
    """Find the terminal to draw in, if there is one.

    Asked of the stream, not of rich: FORCE_COLOR must not bring escape codes into a file.
    """
    console = Console(highlight=False) if sys.stdout.isatty() else None
    return None if console is None or console.is_dumb_terminal else console
