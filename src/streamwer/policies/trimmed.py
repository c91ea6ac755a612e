"""What the policies for short windows share: they decode on from the committed words.

The window keeps some seconds of committed audio, and its transcript begins with the committed
words of it, forced: nothing is heard twice, and a short window has the context it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from streamwer.audio import HOP, samples
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.errors import ConfigError
from streamwer.policies.base import Request
from streamwer.policies.buffered import KEPT, Buffered
from streamwer.text.words import joined
from streamwer.types import Hypothesis, Word

_UNHEARD = samples(6.0)
"""A window this long in which nothing is heard is given up, but for its end."""
_MARKS = ".,;:!?…-– "
_EARLY = samples(0.1)
"""A window begins this long before its first word: times are not that exact."""


class Trimmed(Buffered):
    """Begins its windows `left_context_s` before the end of what is committed.

    One step is enough to commit a word, and at a pause all of them are.

    Args:
        left_context_s: committed audio that a window begins with, seconds; it is cut at a word.
        pause_s: silence after which everything said before it is committed.
    """

    def __init__(
        self,
        chunk_s: float,
        left_context_s: float,
        pause_s: float,
        buffer_s: float,
        prompt_chars: int,
    ) -> None:
        super().__init__(chunk_s, buffer_s, prompt_chars)
        if not 0 <= left_context_s < buffer_s:
            raise ConfigError(
                f"policy.left_context_s={left_context_s} must be at least 0"
                f" and below policy.buffer_s={buffer_s}"
            )
        if pause_s <= 0:
            raise ConfigError(f"policy.pause_s={pause_s} must be above 0")
        self._left_context, self._pause = samples(left_context_s), samples(pause_s)

    def plan(self, arrived: int, ended: bool) -> Request | None:
        request = super().plan(arrived, ended)
        return request and replace(request, prefix=self._prefix())

    def _prefix(self) -> str:
        """Join the committed words of the window.

        The mark behind the last one goes: it was set where the window ended, not the sentence.
        """
        return joined(word.text for word in self._inside()).rstrip(_MARKS)

    def _paused(self, fresh: Sequence[Word]) -> bool:
        """Tell whether the speaker has stopped: no speech, or no word, for a while."""
        unspoken = self._end - samples(fresh[-1].end) if fresh else 0
        return max(self._quiet, unspoken) >= self._pause

    def _ended_by(self, fresh: Sequence[Word], moment: int) -> int:
        """How many words end by that sample of the stream, up to the first that does not."""
        late = (i for i, word in enumerate(fresh) if word.end * SAMPLE_RATE > moment)
        return next(late, len(fresh))

    def _cut(self, hypothesis: Hypothesis, tentative: Sequence[Word]) -> int:
        done = self._committed_until()
        starts = (samples(word.start) - _EARLY for word in self._inside())
        oldest = done - self._left_context
        cut = next((start for start in starts if start >= oldest), self._behind())
        if not tentative and self._end - self._start >= _UNHEARD:
            return max(cut, self._end - KEPT)
        return cut

    def _behind(self) -> int:
        """Shortly before the end of the last committed word, and never in its first half."""
        if not self._committed:
            return 0
        last = self._committed[-1]
        half = samples(last.end - last.start) // 2 - HOP
        return samples(last.end) - max(0, min(_EARLY, half))
