"""Commit all but the last n words of each hypothesis, or all but the youngest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.audio import seconds_to_samples
from streamwer.config.registry import policy
from streamwer.config.settings import setting
from streamwer.policies.buffered import ChunkedConfig
from streamwer.policies.trimmed_buffer import TrimmedBuffer
from streamwer.types import Word


@policy("hold_last_n")
class HoldLastN(TrimmedBuffer):
    """Commits all but the last words of each hypothesis."""

    @dataclass
    class Config(ChunkedConfig, TrimmedBuffer.Config):
        """Settings of hold-n (Liu et al. 2020)."""

        hold_words: int = setting(2, "how many words at the end are held back", at_least=0)
        hold_s: float = setting(
            0.0,
            "words that end within this time of the window's end are held back too",
            unit="seconds",
            at_least=0,
        )

    config: Config

    def _count_stable(self, new: Sequence[Word]) -> int:
        old = self._count_ended_by(new, self._end - seconds_to_samples(self.config.hold_s))
        return min(old, max(0, len(new) - self.config.hold_words))
