"""LocalAgreement-n: commit the longest common prefix of n successive hypotheses.

Liu et al. 2020 for the policy; Macháček et al. 2023 (Whisper-Streaming) for the buffer:
trimmed at the end of a segment once it is longer than `trim_s`, and prompted with committed
text that has left it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from streamwer.audio import seconds_to_samples
from streamwer.config.registry import policy
from streamwer.config.settings import check_order, setting
from streamwer.policies.buffered import BufferedPolicy, ChunkedConfig
from streamwer.policies.overlap import fold_word
from streamwer.types import Hypothesis, Word

_SILENCE_KEPT = seconds_to_samples(2.0)
"""Of a buffer with nothing left to commit this much stays: a word may just have begun."""


@policy("local_agreement")
class LocalAgreement(BufferedPolicy):
    """Commits what n successive hypotheses agree on."""

    @dataclass
    class Config(ChunkedConfig):
        """Settings of LocalAgreement."""

        buffer_s: float = 28.0
        agreement: int = setting(2, "how many successive hypotheses must agree", at_least=2)
        trim_s: float = setting(
            15.0,
            "trim the buffer above this length where no word is lost",
            unit="seconds",
            above=0,
        )
        left_context_s: float = setting(
            0.0,
            "committed audio that stays when the buffer is trimmed",
            unit="seconds",
            at_least=0,
        )

        def check_relations(self, group: str) -> None:
            """Refuse a trimming that leaves too much or never happens."""
            super().check_relations(group)
            check_order(group, self, "trim_s", "buffer_s")
            check_order(group, self, "left_context_s", "trim_s", strict=True)

    config: Config

    def __init__(self, config: Config | None = None, **values: Any) -> None:
        super().__init__(config, **values)
        self._trim = seconds_to_samples(self.config.trim_s)
        self._left_context = seconds_to_samples(self.config.left_context_s)
        self._tails: list[Sequence[Word]] = []

    def _count_stable(self, new: Sequence[Word]) -> int:
        self._tails = [*self._tails, new][-self.config.agreement :]
        if len(self._tails) < self.config.agreement:
            return 0
        agreed = 0
        for words in zip(*self._tails, strict=False):
            if len({fold_word(word) for word in words}) > 1:
                break
            agreed += 1
        return agreed

    def _forget_committed(self, committed: int) -> None:
        self._tails = [tail[committed:] for tail in self._tails]

    def _find_cut(self, hypothesis: Hypothesis, tentative: Sequence[Word]) -> int:
        if self._end - self._start <= self._trim:
            return self._start
        done = self._get_committed_end()
        oldest = done - self._left_context
        if not tentative:
            return max(oldest, self._end - _SILENCE_KEPT)
        closed = [seconds_to_samples(end) for end in hypothesis.segment_ends[:-1]]
        cut = max((end for end in closed if end <= oldest), default=self._start)
        if cut <= self._start and self._is_full():
            return done if done > self._start else (self._start + self._end) // 2
        return cut
