"""Views of a run in a terminal: growing texts and one progress line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from streamwer.cli.board import FileProgress, ProgressBoard
from streamwer.text.words import join_words, needs_space

# Controls move the cursor, and these marks turn the direction of whatever follows.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_FEWEST_LINES, _MOST_LINES = 2, 8
_WORDS_KEPT = 400
_NARROW = 60


def make_printable(text: str) -> str:
    """Make a text one line, without characters that would act on the terminal."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def format_duration(seconds: float) -> str:
    """Format minutes and seconds, with hours if there are any."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def render_transcript(name: str, text: str) -> RenderableType:
    """Render a finished file: its name, and its text set in below."""
    body = Text(make_printable(text)) if text else Text("(no words)", style="dim")
    return Group(Text(make_printable(name), style="bold cyan"), Padding(body, (0, 0, 0, 2)))


def render_problem(message: str) -> Text:
    """Render an error or a warning, on a line of its own."""
    return Text(make_printable(message), style="red")


class Progress:
    """Everything below the finished texts, drawn anew at each refresh."""

    def __init__(self, board: ProgressBoard) -> None:
        self._board = board
        self._spinner = Spinner("dots", Text("loading the model", style="dim"))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        running = list(self._board.running.values())
        yield from _render_texts(running, console.height)
        if running or self._board.done:
            yield _render_line(self._board, options.max_width - len("^C"))
        else:
            yield self._spinner


class _LastLines:
    """The end of a text: as many of its lines, once wrapped, as there is room for."""

    def __init__(self, text: Text, lines: int) -> None:
        self._text, self._lines = text, lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = self._text.wrap(console, options.max_width)[-self._lines :]
        yield from lines
        yield from [Text()] * (min(self._lines, _FEWEST_LINES) - len(lines))


def _render_texts(running: Sequence[FileProgress], height: int) -> Iterator[RenderableType]:
    """Render a panel for each file, no higher than leaves room for all; or a line each."""
    lines = (height - 3) // max(1, len(running)) - 2
    if lines >= 1:
        for each in running:
            words = _LastLines(_render_words(each), min(lines, _MOST_LINES))
            yield _render_frame(each, words)
        return
    for each in running[: max(1, height - 3)]:
        title = Text(make_printable(each.name), style="bold cyan")
        yield Text.assemble(
            title, f" {format_duration(each.seconds_played)}", no_wrap=True, overflow="ellipsis"
        )


def render_panel(running: FileProgress, height: int) -> Panel:
    """Render the end of one text in a panel, on a screen of so many lines."""
    return _render_frame(
        running, _LastLines(_render_words(running), max(1, min(height - 3, _MOST_LINES)))
    )


def _render_frame(running: FileProgress, words: RenderableType) -> Panel:
    played = f"{running.seconds_played:.1f} of {running.seconds:.1f} s"
    lag = "" if running.lag is None else f"text {max(0.0, running.lag):.1f} s behind · "
    return Panel(
        words,
        title=Text(make_printable(running.name), style="bold cyan"),
        title_align="left",
        subtitle=Text(f"{lag}{played}", style="dim"),
        subtitle_align="right",
        border_style="dim",
    )


def _render_words(running: FileProgress) -> Text:
    """Render committed words as they are, and the tentative ones after them dim."""
    final = join_words(word.text for word in running.committed[-_WORDS_KEPT:])
    open_words = join_words(word.text for word in running.tentative)
    text = Text(make_printable(final))
    return text.append(" " * needs_space(final, open_words)).append(
        make_printable(open_words), "dim"
    )


def _render_line(board: ProgressBoard, width: int) -> Table:
    """Render the files done, a bar of audio done, the speed, and how long it will take."""
    narrow = width < _NARROW
    files = f"{board.done}/{board.files}" + ("" if narrow else " files")
    audio = f"{format_duration(board.seconds_played)}/{format_duration(board.total_seconds)}"
    speed = f"{board.speed:.1f}×" if board.speed else ""
    if board.speed and not narrow:
        left = (board.total_seconds - board.seconds_played) / board.speed
        speed += f" real time, {format_duration(left)} left"
    # As wide as that: a line that the terminal's own `^C` makes wrap could not be cleared again.
    table = Table.grid(padding=(0, 1))
    table.width = width
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    bar = ProgressBar(total=max(board.total_seconds, 1e-9), completed=board.seconds_played)
    table.add_row(files, bar, audio, speed)
    return table
