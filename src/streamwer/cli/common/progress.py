"""Progress bars on stderr, silent where stderr is no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


def create_progress() -> Progress:
    """Create a progress bar without tasks."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


@contextmanager
def show_progress(
    description: str, total: float | None = None
) -> Iterator[Callable[[int, int | None], None]]:
    """Show the progress of a task; the value is called with how many are done, and of how many."""
    with create_progress() as bar:
        task = bar.add_task(description, total=total)
        yield lambda done, total: bar.update(task, completed=done, total=total)
