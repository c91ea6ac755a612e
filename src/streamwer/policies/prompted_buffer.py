"""A bounded buffer, re-read at every chunk with the result before it as prompt.

Words that end more than `holdback_s` before the end of the audio are committed: by then the
speaker has gone on, and the window no longer cuts them. The rest is tentative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.registry import policy
from streamwer.config.settings import setting
from streamwer.policies.buffered import BufferedPolicy, ChunkedConfig
from streamwer.text.words import join_words
from streamwer.types import Hypothesis, Word


@policy("prompted_buffer")
class PromptedBuffer(BufferedPolicy):
    """Decodes a bounded buffer anew at every chunk, prompted with the result before it."""

    @dataclass
    class Config(ChunkedConfig):
        """Settings of the prompted buffer."""

        holdback_s: float = setting(
            1.0,
            "a word is committed once it ends this long before the end of the audio",
            unit="seconds",
            at_least=0,
        )
        prompt: str = setting(
            "committed",
            "prompt with the whole `previous` result, or with `committed` text that left the"
            " buffer",
            one_of=("previous", "committed"),
        )

    config: Config

    def _count_stable(self, new: Sequence[Word]) -> int:
        safe = self._end / SAMPLE_RATE - self.config.holdback_s
        return next((i for i, word in enumerate(new) if word.end > safe), len(new))

    def _build_prompt(self) -> str:
        if self.config.prompt == "committed":
            return super()._build_prompt()
        words = (*self._committed, *self._tentative)
        return join_words(word.text for word in words[self._prompt_from :])

    def _find_cut(self, hypothesis: Hypothesis, tentative: Sequence[Word]) -> int:
        """Drop the older half of a full buffer, at the end of a committed word if there is one."""
        if not self._is_full():
            return self._start
        middle = (self._start + self._end) // 2
        ends = (int(word.end * SAMPLE_RATE) for word in self._list_window_words())
        return max((end for end in ends if self._start < end <= middle), default=middle)
