"""Base of the policies for short windows: they decode on from the committed words.

The window keeps some seconds of committed audio, and its transcript begins with the committed
words of it, forced: nothing is heard twice, and a short window has the context it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from streamwer.audio import HOP, seconds_to_samples
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.settings import check_order, setting
from streamwer.policies.base import Request
from streamwer.policies.buffered import KEPT_SILENCE, BufferedPolicy
from streamwer.text.words import join_words
from streamwer.types import Hypothesis, Word

_MAX_EMPTY = seconds_to_samples(6.0)
"""A window this long without words is given up, but for its end."""
_MARKS = ".,;:!?…-– "
_EARLY = seconds_to_samples(0.1)
"""A window begins this long before its first word: times are not that exact."""


class TrimmedBuffer(BufferedPolicy):
    """Begins its windows `left_context_s` before the end of what is committed.

    One step is enough to commit a word, and at a pause all of them are.
    """

    @dataclass
    class Config(BufferedPolicy.Config):
        """Settings of a policy with short windows."""

        left_context_s: float = setting(
            1.5,
            "committed audio that a window begins with, cut at a word",
            unit="seconds",
            at_least=0,
        )
        pause_s: float = setting(
            0.8, "silence after which all words before it are committed", unit="seconds", above=0
        )

        def check_relations(self, group: str) -> None:
            """Refuse a context that fills the buffer."""
            super().check_relations(group)
            check_order(group, self, "left_context_s", "buffer_s", strict=True)

    config: Config

    def __init__(self, config: Config | None = None, **values: Any) -> None:
        super().__init__(config, **values)
        self._left_context = seconds_to_samples(self.config.left_context_s)
        self._pause = seconds_to_samples(self.config.pause_s)

    def plan(self, arrived: int, ended: bool) -> Request | None:
        request = super().plan(arrived, ended)
        # The mark behind the last word goes: it was set where the window ended, not the sentence.
        prefix = join_words(word.text for word in self._list_window_words()).rstrip(_MARKS)
        return request and replace(request, prefix=prefix)

    def _is_pause(self, new: Sequence[Word]) -> bool:
        """Tell whether the speaker has stopped: no speech, or no word, for a while."""
        unspoken = self._end - seconds_to_samples(new[-1].end) if new else 0
        return max(self._silence, unspoken) >= self._pause

    def _count_ended_by(self, new: Sequence[Word], moment: int) -> int:
        """Count the words that end by that sample of the stream, up to the first that does not."""
        late = (i for i, word in enumerate(new) if word.end * SAMPLE_RATE > moment)
        return next(late, len(new))

    def _find_cut(self, hypothesis: Hypothesis, tentative: Sequence[Word]) -> int:
        done = self._get_committed_end()
        starts = (seconds_to_samples(word.start) - _EARLY for word in self._list_window_words())
        oldest = done - self._left_context
        cut = next((start for start in starts if start >= oldest), self._find_end_of_last_word())
        if not tentative and self._end - self._start >= _MAX_EMPTY:
            return max(cut, self._end - KEPT_SILENCE)
        return cut

    def _find_end_of_last_word(self) -> int:
        """Return a sample shortly before the end of the last committed word, in its second half."""
        if not self._committed:
            return 0
        last = self._committed[-1]
        half = seconds_to_samples(last.end - last.start) // 2 - HOP
        return seconds_to_samples(last.end) - max(0, min(_EARLY, half))
