"""Commit the words that the decoder found well before the end of the window.

The idea of AlignAtt (Papi et al. 2023): what a model attends to in the last frames of the audio
may change with more audio. CTranslate2 shows no attention while it decodes, but aligning the
finished text costs one pass; so the window is decoded to its end, and the words that the
alignment places within `margin_s` of it are held back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.audio import seconds_to_samples
from streamwer.config.registry import policy
from streamwer.config.settings import setting
from streamwer.policies.buffered import ChunkedConfig
from streamwer.policies.trimmed_buffer import TrimmedBuffer
from streamwer.types import Word


@policy("attention_cutoff")
class AttentionCutoff(TrimmedBuffer):
    """Commits the words that the alignment places well before the end of the window."""

    @dataclass
    class Config(ChunkedConfig, TrimmedBuffer.Config):
        """Settings of the cutoff."""

        margin_s: float = setting(
            0.4,
            "a word that ends this long before the end of the window is committed",
            unit="seconds",
            at_least=0,
        )

    config: Config

    def _count_stable(self, new: Sequence[Word]) -> int:
        return self._count_ended_by(new, self._end - seconds_to_samples(self.config.margin_s))
