"""Decode when the speaker has stopped: the voice bot's way. Until then only the detector runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streamwer.audio import samples
from streamwer.errors import ConfigError
from streamwer.policies.listening import Listening
from streamwer.types import Word


class Endpointed(Listening):
    """See the module.

    Args:
        pause_s: silence that ends a segment of speech, seconds.
        segment_s: longest segment; one that goes on is decoded, and all but its end committed.
    """

    def __init__(self, poll_s: float, segment_s: float, **trimming: Any) -> None:
        super().__init__(poll_s, **trimming)
        if not poll_s <= segment_s <= trimming["buffer_s"]:
            raise ConfigError(
                f"policy.segment_s={segment_s} must be at least policy.poll_s={poll_s}"
                f" and at most policy.buffer_s={trimming['buffer_s']}"
            )
        self._segment = samples(segment_s)

    def _is_due(self, spoken: int, quiet: int) -> bool:
        ended = quiet >= self._pause and spoken > self._decoded
        return ended or self._end - max(self._start, self._decoded) >= self._segment

    def _settled(self, fresh: Sequence[Word]) -> int:
        return self._ended_by(fresh, self._end - self._pause)
