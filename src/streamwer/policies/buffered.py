"""Base of the policies with a growing audio buffer: window, prompt, overlap and bound."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from streamwer.audio import HOP, seconds_to_samples
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.settings import check_order, setting
from streamwer.policies.base import ConfiguredPolicy, Request
from streamwer.policies.overlap import count_repeated, fold_word
from streamwer.policies.plausibility import count_plausible
from streamwer.text.words import is_mark, is_unspaced, is_word, join_words
from streamwer.types import Hypothesis, Update, Word

SHORTEST_STEP_S = 0.01
_LONG_PAUSE = seconds_to_samples(2.0)
"""Quiet after which a window begins anew, where the policy does not say."""
KEPT_SILENCE = seconds_to_samples(0.5)
"""Of audio without speech this much stays: a word may just have begun."""
_DISTRUST = 2  # decodings in a row after which the prompt is to blame
_REMNANT_S = 0.02  # by so much what is left of a committed word may end later than it did


class BufferedPolicy(ConfiguredPolicy, ABC):
    """Transcribes everything since `start` at each step, and commits a prefix of the new words."""

    @dataclass
    class Config(ConfiguredPolicy.Config):
        """Settings of a policy with a buffer."""

        buffer_s: float = setting(
            12.0, "longest window given to the recogniser", unit="seconds", above=0
        )
        prompt_chars: int = setting(200, "longest prompt", unit="characters", at_least=0)

        @property
        def step_s(self) -> float:
            """New audio to wait for before each step, seconds."""
            raise NotImplementedError

    config: Config

    def __init__(self, config: Config | None = None, **values: Any) -> None:
        super().__init__(config, **values)
        self._step = seconds_to_samples(self.config.step_s)
        self._limit = seconds_to_samples(self.config.buffer_s)
        self._start = self._end = 0
        self._pause = _LONG_PAUSE
        self._silence = 0  # samples without speech at the end of the last window
        self._more_arrived = self._final = False
        self._committed: list[Word] = []
        self._tentative: tuple[Word, ...] = ()  # the tentative tail as it stands
        self._prompt_from = 0  # index of the first committed word that a prompt may hold
        self._failures = 0  # decodings in a row that were stuck or said something else entirely

    def wants(self) -> float:
        return self._end if self._more_arrived else self._end + self._step

    def plan(self, arrived: int, ended: bool) -> Request | None:
        self._end = min(arrived, self._start + self._limit)
        self._more_arrived = self._end < arrived
        self._final = ended and not self._more_arrived
        prompt = _cut_to_last_chars(self._build_prompt(), self.config.prompt_chars)
        return Request(self._start, self._end, prompt)

    def absorb(self, hypothesis: Hypothesis) -> Update:
        self._silence = seconds_to_samples(hypothesis.silence)
        plausible = count_plausible(hypothesis.words, self._end / SAMPLE_RATE)
        dropped = len(hypothesis.words) - plausible
        words = [word for word in hypothesis.words[:plausible] if is_word(word.text)]
        new = words if hypothesis.continues else self._drop_committed(words)
        self._judge_prompt(new, stuck=dropped > 0)
        missing = self._find_missing(new)
        lost = missing if dropped else []
        ending = self._final or self._is_pause(new)
        if ending:
            new = [*self._drop_invented(new), *lost]
        unsure = 0 if hypothesis.provisional else self._count_stable(new)
        stable = len(new) if ending else unsure
        forced = self._count_overdue(new[stable:]) if self._is_full() and not self._final else 0
        committed = self._commit(new[: stable + forced])
        self._tentative = (*new[stable + forced :], *([] if ending else lost))
        self._forget_committed(len(committed))
        cut = self._find_cut(hypothesis, self._tentative)
        if missing and not (lost and ending):
            self._move_to(min(seconds_to_samples(missing[0].start), cut))
        else:
            self._move_to(cut)
            self._leave_pause()
        return Update(committed, self._tentative, forced, dropped)

    def _is_pause(self, new: Sequence[Word]) -> bool:
        """Tell whether the speaker has stopped, so that no word can change (by default: never)."""
        return False

    def _leave_pause(self) -> None:
        """Leave a long pause behind: what comes next is decoded as if the call began there."""
        if self._silence >= self._pause and not self._tentative:
            self._end_prompt()
            self._move_to(self._end - KEPT_SILENCE)

    def _find_missing(self, new: Sequence[Word]) -> list[Word]:
        """Find the words at the end of the tentative tail that a decoding lacks.

        One that was stuck says nothing of them, and whether it was cannot always be seen: their
        audio is heard once more before it may go.
        """
        done = max(new[-1].end if new else 0.0, self._get_committed_end() / SAMPLE_RATE)
        return [word for word in self._tentative if _get_middle(word) > done]

    def _drop_invented(self, words: Sequence[Word]) -> Sequence[Word]:
        """Drop a last word without length in the quiet behind the speech."""
        if not words or words[-1].end > words[-1].start:
            return words
        in_speech = seconds_to_samples(words[-1].start) < self._end - self._silence
        return words if in_speech else words[:-1]

    def _judge_prompt(self, new: Sequence[Word], *, stuck: bool) -> None:
        """Drop the prompt when two decodings in a row were stuck or agreed on nothing."""
        known = {fold_word(word) for word in self._tentative}
        strange = bool(known and new) and not known & {fold_word(word) for word in new}
        self._failures = self._failures + 1 if stuck or strange else 0
        if self._failures >= _DISTRUST:
            self._forget_prompt()

    def _end_prompt(self) -> None:
        """Leave what was said before a pause out of the prompts behind it (by default: all)."""
        self._forget_prompt()

    def _forget_prompt(self) -> None:
        """Begin the next prompts with what is said from now on."""
        self._prompt_from, self._failures = len(self._committed) + len(self._tentative), 0

    def _drop_committed(self, words: Sequence[Word]) -> Sequence[Word]:
        """Drop the words of a window, decoded without a prefix, that are committed already."""
        if committed := self._list_window_words():
            return words[count_repeated(committed, words) :]
        if not words or self._start >= self._get_committed_end():
            return words
        # The window begins within the last committed word, perhaps with what is left of it.
        done = self._committed[-1].end
        remnant = words[0].start < words[0].end <= done + _REMNANT_S
        return words[1:] if remnant else words

    def _move_to(self, cut: int) -> None:
        """Begin the next window at `cut`; a window at its limit always moves on."""
        cut -= cut % HOP
        if cut <= self._start and self._end - self._start >= self._limit:
            middle = (self._start + self._end) // 2
            cut = max(middle - middle % HOP, self._start + HOP)
        self._start = max(self._start, cut)

    @abstractmethod
    def _count_stable(self, new: Sequence[Word]) -> int:
        """Count the words at the beginning of `new` that are safe to commit."""

    @abstractmethod
    def _find_cut(self, hypothesis: Hypothesis, tentative: Sequence[Word]) -> int:
        """Find the sample at which the next window may begin."""

    def _forget_committed(self, committed: int) -> None:
        """Forget so many words at the beginning of earlier hypotheses (by default: keep none)."""

    def _build_prompt(self) -> str:
        """Join the committed words whose audio has left the buffer."""
        begin = self._start / SAMPLE_RATE
        words = self._committed[self._prompt_from :]
        return join_words(word.text for word in words if _get_middle(word) < begin)

    def _list_window_words(self) -> list[Word]:
        begin = self._start / SAMPLE_RATE
        return [word for word in self._committed[-200:] if _get_middle(word) >= begin]

    def _is_full(self) -> bool:
        """Tell whether the next step would not fit."""
        return self._end - self._start + self._step > self._limit

    def _count_overdue(self, unstable: Sequence[Word]) -> int:
        """Count words in the older half of a full buffer, which must be committed to move on."""
        half = (self._start + self._end) / 2 / SAMPLE_RATE
        return sum(word.end <= half for word in unstable)

    def _commit(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """Append to the committed text, keeping its times in order."""
        added = []
        for word in words:
            floor = self._committed[-1].end if self._committed else 0.0
            start = max(word.start, floor)
            added.append(replace(word, start=start, end=max(word.end, start)))
            self._committed.append(added[-1])
        return tuple(added)

    def _get_committed_end(self) -> int:
        return seconds_to_samples(self._committed[-1].end) if self._committed else 0


@dataclass
class ChunkedConfig(BufferedPolicy.Config):
    """Settings of a policy that decodes at every chunk."""

    chunk_s: float = setting(
        1.0, "new audio to wait for before each step", unit="seconds", at_least=SHORTEST_STEP_S
    )

    @property
    def step_s(self) -> float:
        return self.chunk_s

    def check_relations(self, group: str) -> None:
        """Refuse a chunk that is longer than the buffer."""
        super().check_relations(group)
        check_order(group, self, "chunk_s", "buffer_s")


def _get_middle(word: Word) -> float:
    return (word.start + word.end) / 2


def _cut_to_last_chars(text: str, count: int) -> str:
    """Cut to the last `count` characters, beginning at a word, or at a character that is one."""
    if len(text) <= count:
        return text
    tail = text[len(text) - count :]
    for i, character in enumerate(tail):
        if character == " ":
            return tail[i + 1 :]
        if is_unspaced(character) and not is_mark(character):
            return tail[i:]
    return ""
