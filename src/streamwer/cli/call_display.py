"""Display of a live call: plain lines in a pipe, a growing text in a terminal.

Lines are those of captions: a text that is final is printed, and stays.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, ConsoleOptions, RenderResult

from streamwer.audio.live.live_source import LiveSource
from streamwer.cli.board import FileProgress
from streamwer.cli.display import create_live, find_terminal
from streamwer.cli.views import make_printable, render_panel, render_problem
from streamwer.formats.captions.cue import Cue
from streamwer.formats.captions.segmentation import CaptionSegmenter
from streamwer.types import Step


class CallDisplay:
    """Plain lines on standard output, each as soon as it is final.

    Args:
        quiet: show nothing but errors.
        texts: show the texts; not where standard output gets the transcripts in another form.
    """

    def __init__(self, quiet: bool = False, texts: bool = True) -> None:
        self._texts, self._segmenter = texts and not quiet, CaptionSegmenter()
        self.is_watched = not quiet and sys.stderr.isatty()

    def __enter__(self) -> Self:
        self.show_note("listening: Ctrl-C ends it")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._show(self._segmenter.finish())

    def add_step(self, step: Step) -> None:
        update = step.update
        self._show(self._segmenter.add(update.committed, step.audio_end, update.has_pending))

    def show_message(self, message: str) -> None:
        """Show something that the user should know, on standard error."""
        print(make_printable(message), file=sys.stderr, flush=True)

    def show_note(self, message: str) -> None:
        """Show what is being done, for someone who watches."""
        if self.is_watched:
            self.show_message(message)

    def _show(self, cues: Sequence[Cue]) -> None:
        for cue in cues if self._texts else []:
            print(make_printable(cue.text), flush=True)


class CallBoard(CallDisplay):
    """A terminal: final lines above, and below them a panel with what may still change.

    Args:
        name: of the input.
        line: on which the audio arrives.
    """

    def __init__(self, name: str, line: LiveSource, console: Console) -> None:
        super().__init__()
        self._running, self._line, self._console = FileProgress(name, 0.0), line, console
        self._live = create_live(self, console)
        self.is_watched = True

    def __enter__(self) -> Self:
        super().__enter__()
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

    def add_step(self, step: Step) -> None:
        super().add_step(step)
        self._running.add_step(step)
        self._running.committed = list(self._segmenter.pending_words)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self._running.seconds = self._line.seconds
        yield render_panel(self._running, console.height)

    def show_message(self, message: str) -> None:
        self._console.print(render_problem(message))

    def show_note(self, message: str) -> None:
        self._console.print(message, style="dim", markup=False, highlight=False)

    def _show(self, cues: Sequence[Cue]) -> None:
        for cue in cues:
            self._console.print(make_printable(cue.text), markup=False, highlight=False)


def choose_call_display(
    name: str, line: LiveSource, quiet: bool, texts: bool = True
) -> CallDisplay:
    """Choose the display that suits where the output goes.

    Args:
        name: of the input.
        line: on which the audio arrives.
        quiet: show nothing but errors.
        texts: as of a `CallDisplay`.
    """
    console = None if quiet or not texts else find_terminal()
    if console and not console.stderr:
        return CallBoard(name, line, console)
    return CallDisplay(quiet, texts)
