"""Progress of streaming, on a bar that counts recordings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamwer.cli.common.progress import create_progress
from streamwer.runners.worker import Job


@contextmanager
def show_recordings(system: str, total: int) -> Iterator[Callable[[Job], None]]:
    """Count recordings as they end; until the first one does, say what is waited for."""
    with create_progress() as bar:
        task = bar.add_task(f"{system}: starting workers", total=total)
        yield lambda job: bar.update(task, advance=1, description=system)
