"""Display of a live call: plain lines in a pipe, a growing text in a terminal.

Lines are those of captions: a text that is final is printed, and stays.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Self

from rich.console import Console, ConsoleOptions, RenderResult

from streamwer.audio.live.live_source import LiveSource
from streamwer.cli.board import FileProgress
from streamwer.cli.display import LiveTerminal, MessageDisplay
from streamwer.cli.views import make_printable, render_panel
from streamwer.formats.captions.cue import Cue
from streamwer.formats.captions.segmentation import CaptionSegmenter
from streamwer.types import Step


class CallDisplay(MessageDisplay):
    """Plain lines on standard output, each as soon as it is final.

    Args:
        quiet: show nothing but errors.
        texts: show the texts; not where standard output gets the transcripts in another form.
    """

    def __init__(self, quiet: bool = False, texts: bool = True) -> None:
        super().__init__(watched=not quiet and sys.stderr.isatty())
        self._texts, self._segmenter = texts and not quiet, CaptionSegmenter()

    def __enter__(self) -> Self:
        self.show_note("listening: Ctrl-C ends it")
        return self

    def __exit__(self, *error: object) -> None:
        self._show(self._segmenter.finish())

    def add_step(self, step: Step) -> None:
        update = step.update
        self._show(self._segmenter.add(update.committed, step.audio_end, update.has_pending))

    def _show(self, cues: Sequence[Cue]) -> None:
        for cue in cues if self._texts else []:
            print(make_printable(cue.text), flush=True)


class CallBoard(LiveTerminal, CallDisplay):
    """A terminal: final lines above, and below them a panel with what may still change."""

    def __init__(self, name: str, line: LiveSource, console: Console) -> None:
        super().__init__()
        self._running, self._line = FileProgress(name, 0.0), line
        self.draw(self, console)

    def add_step(self, step: Step) -> None:
        super().add_step(step)
        self._running.add_step(step)
        self._running.committed = list(self._segmenter.pending_words)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self._running.seconds = self._line.seconds
        yield render_panel(self._running, console.height)

    def _show(self, cues: Sequence[Cue]) -> None:
        for cue in cues:
            self._console.print(make_printable(cue.text), markup=False, highlight=False)
