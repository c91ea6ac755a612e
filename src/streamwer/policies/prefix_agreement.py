"""Decode on from the committed words, and commit what two hearings in a row agree on.

The committed words of the window are forced, as in prefix-constrained decoding, so only the words
behind them can differ: one that ends `margin_s` before the window's end is committed when the
hearing before said the same there, as LocalAgreement-2 does, and another word follows it; one that
ends `certain_margin_s` before it has been heard in full and needs neither. The voice detector
decides when to decode: not before `first_chunk_s` of a turn are there, since its first words are
misheard without what follows; then at every `chunk_s`; and at a pause, which ends the turn and
commits all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streamwer.audio import samples
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.errors import ConfigError
from streamwer.policies.base import Request
from streamwer.policies.listening import Listening
from streamwer.policies.overlap import form
from streamwer.types import Word


class PrefixAgreement(Listening):
    """See the module.

    Args:
        chunk_s: new audio that makes a decoding due, seconds.
        first_chunk_s: the same for the first decoding of a turn.
        longest_chunk_s: the same for a worker that is behind, at most.
        margin_s: a word that two hearings agree on is committed when it ends this long before the
            window's end, seconds.
        certain_margin_s: the same for a word without a second hearing.
    """

    def __init__(
        self,
        chunk_s: float,
        first_chunk_s: float,
        longest_chunk_s: float,
        margin_s: float,
        certain_margin_s: float,
        **listening: Any,
    ) -> None:
        super().__init__(**listening)
        if not listening["poll_s"] <= chunk_s <= longest_chunk_s <= listening["buffer_s"]:
            raise ConfigError(
                f"policy.chunk_s={chunk_s} must be at least policy.poll_s={listening['poll_s']} and"
                f" at most policy.longest_chunk_s={longest_chunk_s}, which must be at most"
                f" policy.buffer_s={listening['buffer_s']}"
            )
        if not 0 <= first_chunk_s <= listening["buffer_s"]:
            raise ConfigError(
                f"policy.first_chunk_s={first_chunk_s} must be at least 0"
                f" and at most policy.buffer_s={listening['buffer_s']}"
            )
        if not 0 <= margin_s <= certain_margin_s:
            raise ConfigError(
                f"policy.margin_s={margin_s} must be at least 0"
                f" and at most policy.certain_margin_s={certain_margin_s}"
            )
        self._step, self._longest = samples(chunk_s), samples(longest_chunk_s)
        self._first = samples(first_chunk_s)
        self._margin, self._certain_margin = samples(margin_s), samples(certain_margin_s)
        self._late = 0

    def plan(self, arrived: int, ended: bool) -> Request | None:
        if self._end == self._decoded:  # how late the first look after a decoding comes
            self._late = arrived - int(self.wants())
        return super().plan(arrived, ended)

    def _is_due(self, spoken: int, quiet: int) -> bool:
        if spoken <= self._decoded:
            return False
        if self._onset is not None and self._onset >= self._decoded:
            return quiet >= self._pause or self._end - self._onset >= self._first
        step = min(self._longest, self._step + self._late)
        return quiet >= self._pause or self._end - self._decoded >= step

    def _settled(self, fresh: Sequence[Word]) -> int:
        before = [form(word) for word in self._shown]
        for index, word in enumerate(fresh):
            agreed = index < len(before) and before[index] == form(word)
            followed = index + 1 < len(fresh)  # the last word may be half of a longer one
            margin = self._margin if agreed and followed else self._certain_margin
            if self._end - word.end * SAMPLE_RATE < margin:
                return index
        return len(fresh)
