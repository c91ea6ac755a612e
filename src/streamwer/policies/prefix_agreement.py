"""Decode on from the committed words, and commit what two hypotheses in a row agree on.

The committed words of the window are forced, as in prefix-constrained decoding, so only the words
behind them can differ. One that ends `margin_s` before the window's end is committed when the
hypothesis before said the same there, as in LocalAgreement-2, and another word follows it. One that
ends `certain_margin_s` before it needs neither; but the less probable a word that only one
hypothesis has, the longer it waits for another. The voice detector decides when to decode: not
before `first_chunk_s` of a turn are there, since its first words are misheard without what follows;
then at every `chunk_s`; and at a pause, which ends the turn and commits all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from streamwer.audio import seconds_to_samples
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.registry import policy
from streamwer.config.settings import check_order, setting
from streamwer.policies.base import Request
from streamwer.policies.overlap import fold_word
from streamwer.policies.vad_gated import VadGatedPolicy
from streamwer.types import Word


@policy("prefix_agreement")
class PrefixAgreement(VadGatedPolicy):
    """Decodes on from the committed words, and commits what two hypotheses agree on."""

    @dataclass
    class Config(VadGatedPolicy.Config):
        """Settings of prefix agreement."""

        left_context_s: float = 3.0
        buffer_s: float = 20.0
        poll_s: float = 0.22
        chunk_s: float = setting(
            0.66, "new audio that makes a decoding due", unit="seconds", above=0
        )
        first_chunk_s: float = setting(
            2.0,
            "new audio that makes the first decoding of a turn due; its first words are misheard"
            " without what follows",
            unit="seconds",
            at_least=0,
        )
        longest_chunk_s: float = setting(
            4.0, "longest chunk of a worker that is behind", unit="seconds", above=0
        )
        margin_s: float = setting(
            0.2,
            "a word that two hypotheses agree on is committed when it ends this long before the"
            " window's end",
            unit="seconds",
            at_least=0,
        )
        certain_margin_s: float = setting(
            0.8,
            "margin for a word that only one hypothesis has, if it is certain",
            unit="seconds",
            at_least=0,
        )
        doubt_s: float = setting(
            1.8,
            "what a word of probability 0 adds to that margin, and others in proportion",
            unit="seconds",
            at_least=0,
        )
        prompt_pause_s: float = setting(
            5.0,
            "pause after which the words before it leave the prompt",
            unit="seconds",
            at_least=0,
        )

        def check_relations(self, group: str) -> None:
            """Refuse chunks and margins that are not in order."""
            super().check_relations(group)
            check_order(group, self, "poll_s", "chunk_s", "longest_chunk_s", "buffer_s")
            check_order(group, self, "first_chunk_s", "buffer_s")
            check_order(group, self, "margin_s", "certain_margin_s")

    config: Config

    def __init__(self, config: Config | None = None, **values: Any) -> None:
        super().__init__(config, **values)
        settings = self.config
        self._decode_step, self._longest = map(
            seconds_to_samples, (settings.chunk_s, settings.longest_chunk_s)
        )
        self._first = seconds_to_samples(settings.first_chunk_s)
        self._margin = seconds_to_samples(settings.margin_s)
        self._certain_margin = seconds_to_samples(settings.certain_margin_s)
        self._doubt = seconds_to_samples(settings.doubt_s)
        self._prompt_pause = seconds_to_samples(settings.prompt_pause_s)
        self._late = 0

    def plan(self, arrived: int, ended: bool) -> Request | None:
        if self._end == self._decoded:  # how late the first look after a decoding comes
            self._late = arrived - int(self.wants())
        return super().plan(arrived, ended)

    def _is_due(self, spoken: int, quiet: int) -> bool:
        if spoken <= self._decoded:
            return False
        if self._onset is not None and self._onset >= self._decoded:
            return quiet >= self._pause or self._end - self._onset >= self._first
        step = min(self._longest, self._decode_step + self._late)
        return quiet >= self._pause or self._end - self._decoded >= step

    def _end_prompt(self) -> None:
        if self._end - self._get_committed_end() >= self._prompt_pause:
            super()._end_prompt()

    def _count_stable(self, new: Sequence[Word]) -> int:
        before = [fold_word(word) for word in self._tentative]
        for index, word in enumerate(new):
            agreed = index < len(before) and before[index] == fold_word(word)
            followed = index + 1 < len(new)  # the last word may be half of a longer one
            if self._end - word.end * SAMPLE_RATE < self._choose_margin(word, agreed, followed):
                return index
        return len(new)

    def _choose_margin(self, word: Word, agreed: bool, followed: bool) -> int:
        if agreed:
            return self._margin if followed else self._certain_margin
        return self._certain_margin + round(self._doubt * (1 - word.probability))
