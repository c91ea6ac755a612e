"""An attention cut-off that trusts probable words sooner, and does not wait at a pause.

A word that the decoder is sure of is committed as soon as it ends `margin_s` before the end of
the window; one that it is unsure of has to be heard again with `unsure_margin_s` of audio behind
it. When the speaker takes a breath, the window is decoded at once: the words before it are
complete. A worker that has fallen behind gets longer chunks, so that it can catch up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streamwer.audio import SAMPLE_RATE, samples
from streamwer.errors import ConfigError
from streamwer.policies.base import Request
from streamwer.policies.listening import Listening
from streamwer.transcript import Word


class ConfidentCutoff(Listening):
    """See the module.

    Args:
        chunk_s: new audio that makes a decoding due, seconds.
        longest_chunk_s: the same for a worker that is behind, at most.
        breath_s: silence after speech that makes one due at once, seconds.
        margin_s: a sure word that ends this long before the window's end is committed, seconds.
        unsure_margin_s: the same for a word that the decoder is not sure of.
        sure: probability from which it is.
    """

    def __init__(
        self,
        chunk_s: float,
        longest_chunk_s: float,
        breath_s: float,
        margin_s: float,
        unsure_margin_s: float,
        sure: float,
        **listening: Any,
    ) -> None:
        super().__init__(**listening)
        if not listening["poll_s"] <= chunk_s <= longest_chunk_s <= listening["buffer_s"]:
            raise ConfigError(
                f"policy.chunk_s={chunk_s} must be at least policy.poll_s={listening['poll_s']} and"
                f" at most policy.longest_chunk_s={longest_chunk_s}, which must be at most"
                f" policy.buffer_s={listening['buffer_s']}"
            )
        if not 0 <= margin_s <= unsure_margin_s:
            raise ConfigError(
                f"policy.margin_s={margin_s} must be at least 0"
                f" and at most policy.unsure_margin_s={unsure_margin_s}"
            )
        if not 0 <= sure <= 1:
            raise ConfigError(f"policy.sure={sure} must be between 0 and 1")
        if breath_s <= 0:
            raise ConfigError(f"policy.breath_s={breath_s} must be above 0")
        self._step, self._longest = samples(chunk_s), samples(longest_chunk_s)
        self._breath, self._sure = samples(breath_s), sure
        self._margin, self._unsure_margin = samples(margin_s), samples(unsure_margin_s)
        self._late = 0

    def plan(self, arrived: int, ended: bool) -> Request | None:
        if self._end == self._decoded:  # how late the first look after a decoding comes
            self._late = arrived - int(self.wants())
        return super().plan(arrived, ended)

    def _is_due(self, spoken: int, quiet: int) -> bool:
        if spoken <= self._decoded:
            return False
        step = min(self._longest, self._step + self._late)
        return quiet >= self._breath or self._end - self._decoded >= step

    def _certain(self, fresh: Sequence[Word]) -> int:
        late = (i for i, word in enumerate(fresh) if word.end * SAMPLE_RATE > self._safe(word))
        return next(late, len(fresh))

    def _safe(self, word: Word) -> int:
        """Until when that word must end to be committed."""
        sure = word.probability >= self._sure
        return self._end - (self._margin if sure else self._unsure_margin)
