"""LocalAgreement-n: commit the longest common prefix of n successive hypotheses.

Liu et al. 2020 for the policy; Macháček et al. 2023 (Whisper-Streaming) for the buffer:
trimmed at the end of a segment once it is longer than `trim_s`, and prompted with committed
text that has left it.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamwer.audio import samples
from streamwer.errors import ConfigError
from streamwer.policies.buffered import Buffered
from streamwer.policies.overlap import form
from streamwer.types import Hypothesis, Word

_SILENCE_KEPT = samples(2.0)
"""Of a buffer with nothing left to commit this much stays: a word may just have begun."""


class LocalAgreement(Buffered):
    """See the module.

    Args:
        agreement: how many successive hypotheses must agree, 2 or more.
        trim_s: length above which the buffer is trimmed where that costs no words.
        left_context_s: committed audio that stays when it is trimmed, seconds.
        buffer_s: length at which it is trimmed even if unsettled words must be committed.
    """

    def __init__(
        self,
        chunk_s: float,
        agreement: int,
        trim_s: float,
        left_context_s: float,
        buffer_s: float,
        prompt_chars: int,
    ) -> None:
        super().__init__(chunk_s, buffer_s, prompt_chars)
        if agreement < 2:
            raise ConfigError(f"policy.agreement={agreement} must be at least 2")
        if trim_s > buffer_s:
            raise ConfigError(f"policy.trim_s={trim_s} must be at most policy.buffer_s={buffer_s}")
        if not 0 <= left_context_s < trim_s:
            raise ConfigError(
                f"policy.left_context_s={left_context_s} must be at least 0"
                f" and below policy.trim_s={trim_s}"
            )
        self._trim, self._earlier_needed = samples(trim_s), agreement - 1
        self._left_context = samples(left_context_s)
        self._tails: list[Sequence[Word]] = []

    def _settled(self, fresh: Sequence[Word]) -> int:
        self._tails = [*self._tails, fresh][-(self._earlier_needed + 1) :]
        if len(self._tails) <= self._earlier_needed:
            return 0
        agreed = 0
        for words in zip(*self._tails, strict=False):
            if len({form(word) for word in words}) > 1:
                break
            agreed += 1
        return agreed

    def _remember(self, committed: int) -> None:
        self._tails = [tail[committed:] for tail in self._tails]

    def _cut(self, hypothesis: Hypothesis, tentative: Sequence[Word]) -> int:
        if self._end - self._start <= self._trim:
            return self._start
        done = self._committed_until()
        oldest = done - self._left_context
        if not tentative:
            return max(oldest, self._end - _SILENCE_KEPT)
        closed = [samples(end) for end in hypothesis.segment_ends[:-1]]
        cut = max((end for end in closed if end <= oldest), default=self._start)
        if cut <= self._start and self._full():
            middle = (self._start + self._end) // 2
            return done if done > self._start else middle
        return cut
