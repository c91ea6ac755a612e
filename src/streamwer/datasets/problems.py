"""All that is wrong with a table's rows, told in one error instead of one per run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from streamwer.errors import DatasetError, StreamwerError

SHOWN = 10


class Problems:
    """The rows of one source that cannot be used, and why."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._found: list[str] = []

    @contextmanager
    def of(self, where: str) -> Iterator[None]:
        """Note an error about one row, and go on after the block."""
        try:
            yield
        except StreamwerError as error:
            self._found.append(f"{where}: {error}")

    def raise_any(self, one: str, many: str) -> None:
        """Raise what was noted, if anything was.

        Args:
            one: what a row is called in this source.
            many: and several of them.

        Raises:
            DatasetError: the first ten problems and the number of all.
        """
        if not self._found:
            return
        if len(self._found) == 1:
            raise DatasetError(f"{self._source}, {self._found[0]}")
        more = len(self._found) - SHOWN
        rest = [f"and {more} more {many if more > 1 else one}"] if more > 0 else []
        told = "".join(f"\n  {problem}" for problem in self._found[:SHOWN] + rest)
        raise DatasetError(f"{self._source}: {len(self._found)} {many} cannot be used:{told}")
