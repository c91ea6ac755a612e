"""Tells the user what is heard in a live call: plain lines in a pipe, a growing text in a terminal.

Lines are those of captions: a text that is final is printed, and stays.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, ConsoleOptions, RenderResult

from streamwer.audio.live.live_source import Line
from streamwer.cli.board import Running
from streamwer.cli.display import live, live_console
from streamwer.cli.views import printable, problem, running_panel
from streamwer.formats.captions.cue import Cue
from streamwer.formats.captions.segmentation import Cutter
from streamwer.types import Step


class CallDisplay:
    """Plain lines on standard output, each as soon as it is final.

    Args:
        quiet: show nothing but errors.
    """

    def __init__(self, quiet: bool = False) -> None:
        self._quiet, self._cutter = quiet, Cutter()

    def __enter__(self) -> Self:
        self.summary("listening: Ctrl-C ends it")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._show(self._cutter.finish())

    def stepped(self, step: Step) -> None:
        update = step.update
        self._show(self._cutter.add(update.committed, step.audio_end, update.expecting))

    def say(self, message: str) -> None:
        """Something that the user should know, on standard error."""
        print(printable(message), file=sys.stderr, flush=True)

    def summary(self, message: str) -> None:
        """What is being done, for someone who watches."""
        if not self._quiet and sys.stderr.isatty():
            self.say(message)

    def _show(self, cues: Sequence[Cue]) -> None:
        for cue in [] if self._quiet else cues:
            print(printable(cue.text), flush=True)


class CallBoard(CallDisplay):
    """A terminal: final lines above, and below them a panel with what may still change.

    Args:
        name: of the input.
        line: on which the audio arrives.
    """

    def __init__(self, name: str, line: Line, console: Console) -> None:
        super().__init__()
        self._running, self._line, self._console = Running(name, 0.0), line, console
        self._live = live(self, console)

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

    def stepped(self, step: Step) -> None:
        super().stepped(step)
        running = self._running
        running.heard = step.audio_end
        running.committed = list(self._cutter.open)
        running.tentative = step.update.tentative

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self._running.seconds = self._line.seconds
        yield running_panel(self._running, console.height)

    def say(self, message: str) -> None:
        self._console.print(problem(message))

    def summary(self, message: str) -> None:
        self._console.print(message, style="dim", markup=False, highlight=False)

    def _show(self, cues: Sequence[Cue]) -> None:
        for cue in cues:
            self._console.print(printable(cue.text), markup=False, highlight=False)


def choose(name: str, line: Line, quiet: bool) -> CallDisplay:
    """The display that suits where the output goes."""
    console = None if quiet else live_console()
    if console and not console.stderr:
        return CallBoard(name, line, console)
    return CallDisplay(quiet)
