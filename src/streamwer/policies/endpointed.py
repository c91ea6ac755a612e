"""Endpointing: decode when the speaker has stopped, as voice bots do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.audio import seconds_to_samples
from streamwer.config.registry import policy
from streamwer.config.settings import check_order, setting
from streamwer.policies.vad_gated import VadGatedPolicy
from streamwer.types import Word


@policy("endpointed")
class Endpointed(VadGatedPolicy):
    """Commits a segment of speech when it has ended; until then only the voice detector runs."""

    @dataclass
    class Config(VadGatedPolicy.Config):
        """Settings of endpointing."""

        left_context_s: float = 1.0
        pause_s: float = setting(0.5, "silence that ends a segment", unit="seconds", above=0)
        segment_s: float = setting(
            10.0,
            "longest segment; a longer one is decoded, and all but its end committed",
            unit="seconds",
            above=0,
        )

        def check_relations(self, group: str) -> None:
            """Refuse a segment that is shorter than a poll or longer than the buffer."""
            super().check_relations(group)
            check_order(group, self, "poll_s", "segment_s", "buffer_s")

    config: Config

    def _is_due(self, spoken: int, quiet: int) -> bool:
        ended = quiet >= self._pause and spoken > self._decoded
        return ended or self._end - max(self._start, self._decoded) >= seconds_to_samples(
            self.config.segment_s
        )

    def _count_stable(self, new: Sequence[Word]) -> int:
        return self._count_ended_by(new, self._end - self._pause)
