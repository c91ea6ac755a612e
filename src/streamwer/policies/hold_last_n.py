"""Commit all but the last n words of each hypothesis, or all but the youngest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streamwer.audio import samples
from streamwer.errors import ConfigError
from streamwer.policies.trimmed import Trimmed
from streamwer.types import Word


class HoldLastN(Trimmed):
    """See the module.

    Args:
        hold_words: how many words at the end are held back.
        hold_s: words that end within this time of the window's end are held back too, seconds.
    """

    def __init__(self, chunk_s: float, hold_words: int, hold_s: float, **trimming: Any) -> None:
        super().__init__(chunk_s, **trimming)
        if hold_words < 0 or hold_s < 0:
            raise ConfigError(
                f"policy.hold_words={hold_words} and policy.hold_s={hold_s} must not be negative"
            )
        self._words, self._seconds = hold_words, samples(hold_s)

    def _settled(self, fresh: Sequence[Word]) -> int:
        old = self._ended_by(fresh, self._end - self._seconds)
        return min(old, max(0, len(fresh) - self._words))
