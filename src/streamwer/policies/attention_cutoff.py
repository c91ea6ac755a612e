"""Commit the words that the decoder found well before the end of the window.

The idea of AlignAtt (Papi et al. 2023): what a model attends to in the last frames of the audio
may change with more audio. CTranslate2 shows no attention while it decodes, but aligning the
finished text costs one pass; so the window is decoded to its end, and the words that the
alignment places within `margin_s` of it are held back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streamwer.audio import samples
from streamwer.errors import ConfigError
from streamwer.policies.trimmed import Trimmed
from streamwer.types import Word


class AttentionCutoff(Trimmed):
    """See the module.

    Args:
        margin_s: a word that ends this long before the end of the window is committed, seconds.
    """

    def __init__(self, chunk_s: float, margin_s: float, **trimming: Any) -> None:
        super().__init__(chunk_s, **trimming)
        if margin_s < 0:
            raise ConfigError(f"policy.margin_s={margin_s} must not be negative")
        self._margin = samples(margin_s)

    def _settled(self, fresh: Sequence[Word]) -> int:
        return self._ended_by(fresh, self._end - self._margin)
