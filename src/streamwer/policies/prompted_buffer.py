"""A bounded buffer, re-read at every chunk with the result before it as prompt.

Words that end more than `holdback_s` before the end of the audio are committed: by then the
speaker has gone on, and the window no longer cuts them. The rest is tentative.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.errors import ConfigError
from streamwer.policies.buffered import Buffered
from streamwer.text.words import joined
from streamwer.types import Hypothesis, Word

PROMPTS = ("previous", "committed")


class PromptedBuffer(Buffered):
    """See the module.

    Args:
        holdback_s: how long before the end of the audio a word must end to be committed.
        prompt: "previous" prompts with all that was shown so far, "committed" only with the
            committed words whose audio has left the buffer.
    """

    def __init__(
        self, chunk_s: float, buffer_s: float, holdback_s: float, prompt: str, prompt_chars: int
    ) -> None:
        super().__init__(chunk_s, buffer_s, prompt_chars)
        if prompt not in PROMPTS:
            raise ConfigError(f"policy.prompt={prompt!r} must be one of {', '.join(PROMPTS)}")
        self._holdback, self._prompt_kind = holdback_s, prompt

    def _settled(self, fresh: Sequence[Word]) -> int:
        safe = self._end / SAMPLE_RATE - self._holdback
        return next((i for i, word in enumerate(fresh) if word.end > safe), len(fresh))

    def _prompt(self) -> str:
        if self._prompt_kind == "committed":
            return super()._prompt()
        said = (*self._committed, *self._shown)
        return joined(word.text for word in said[self._prompt_from :])

    def _cut(self, hypothesis: Hypothesis, tentative: Sequence[Word]) -> int:
        """A full buffer loses its older half, at the end of a committed word if there is one."""
        if not self._full():
            return self._start
        middle = (self._start + self._end) // 2
        ends = [int(word.end * SAMPLE_RATE) for word in self._inside()]
        return max((end for end in ends if self._start < end <= middle), default=middle)
