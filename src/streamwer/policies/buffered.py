"""What every policy with a growing audio buffer shares: window, prompt, overlap, bound."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from streamwer.audio import HOP, samples
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.errors import ConfigError
from streamwer.policies.base import Request
from streamwer.policies.overlap import form, repeated
from streamwer.policies.plausibility import count_plausible
from streamwer.text.words import is_word, joined, mark, unspaced
from streamwer.types import Hypothesis, Update, Word

SHORTEST_CHUNK_S = 0.01
_LONG_PAUSE = samples(2.0)
"""Quiet after which a window begins anew, where the policy does not say."""
KEPT = samples(0.5)
"""Of audio with nothing in it this much stays: a word may just have begun."""
_DISTRUST = 2  # decodings in a row after which the prompt is to blame
_REMNANT_S = 0.02  # by so much what is left of a committed word may end later than it did


class Buffered(ABC):
    """Transcribes everything since `start` at each chunk, and commits a prefix of what is new.

    Args:
        chunk_s: new audio to wait for before each step, seconds.
        buffer_s: longest window, seconds; never exceeded.
        prompt_chars: length of the prompt, cut at a word.
    """

    def __init__(self, chunk_s: float, buffer_s: float, prompt_chars: int) -> None:
        if not SHORTEST_CHUNK_S <= chunk_s <= buffer_s:
            raise ConfigError(
                f"policy.chunk_s={chunk_s} must be at least {SHORTEST_CHUNK_S}"
                f" and at most policy.buffer_s={buffer_s}"
            )
        if prompt_chars < 0:
            raise ConfigError(f"policy.prompt_chars={prompt_chars} must not be negative")
        self._chunk, self._limit = samples(chunk_s), samples(buffer_s)
        self._prompt_chars = prompt_chars
        self._start = self._end = 0
        self._pause = _LONG_PAUSE
        self._quiet = 0  # samples without speech at the end of the last window
        self._more_arrived = self._final = False
        self._committed: list[Word] = []
        self._shown: tuple[Word, ...] = ()  # the tentative tail as it stands
        self._prompt_from = 0  # index of the first committed word that a prompt may hold
        self._failures = 0  # decodings in a row that were stuck or said something else entirely

    def wants(self) -> float:
        return self._end if self._more_arrived else self._end + self._chunk

    def plan(self, arrived: int, ended: bool) -> Request | None:
        self._end = min(arrived, self._start + self._limit)
        self._more_arrived = self._end < arrived
        self._final = ended and not self._more_arrived
        return Request(self._start, self._end, _last_chars(self._prompt(), self._prompt_chars))

    def absorb(self, hypothesis: Hypothesis) -> Update:
        self._quiet = samples(hypothesis.silence)
        said = count_plausible(hypothesis.words, self._end / SAMPLE_RATE)
        cut = len(hypothesis.words) - said
        heard = [word for word in hypothesis.words[:said] if is_word(word.text)]
        fresh = heard if hypothesis.continues else self._drop_committed(heard)
        self._judge_prompt(fresh, stuck=cut > 0)
        missing = self._find_missing(fresh)
        lost = missing if cut else []
        ending = self._final or self._paused(fresh)
        if ending:
            fresh = [*self._drop_invented(fresh), *lost]
        unsure = 0 if hypothesis.provisional else self._settled(fresh)
        settled = len(fresh) if ending else unsure
        forced = self._overdue(fresh[settled:]) if self._full() and not self._final else 0
        committed = self._commit(fresh[: settled + forced])
        self._shown = (*fresh[settled + forced :], *([] if ending else lost))
        self._remember(len(committed))
        if missing and not (lost and ending):
            self._move_to(min(samples(missing[0].start), self._cut(hypothesis, self._shown)))
        else:
            self._move_to(self._cut(hypothesis, self._shown))
            self._leave_pause()
        return Update(committed, self._shown, forced, cut)

    def _paused(self, fresh: Sequence[Word]) -> bool:
        """Tell whether the speaker has stopped, so that no word can change (by default: never)."""
        return False

    def _leave_pause(self) -> None:
        """Leave a long pause behind: what comes next is decoded as if the call began there."""
        if self._quiet >= self._pause and not self._shown:
            self._forget_prompt()
            self._move_to(self._end - KEPT)

    def _find_missing(self, fresh: Sequence[Word]) -> list[Word]:
        """Find the words at the end of the tentative tail that a decoding lacks.

        One that was stuck says nothing of them, and whether it was cannot always be seen: their
        audio is heard once more before it may go.
        """
        done = max(fresh[-1].end if fresh else 0.0, self._committed_until() / SAMPLE_RATE)
        return [word for word in self._shown if _middle(word) > done]

    def _drop_invented(self, words: Sequence[Word]) -> Sequence[Word]:
        """Drop a last word without length in the quiet behind the speech."""
        quiet_from = self._end - self._quiet
        last = words[-1:]
        invented = [w for w in last if w.end <= w.start and samples(w.start) >= quiet_from]
        return words[: len(words) - len(invented)]

    def _judge_prompt(self, fresh: Sequence[Word], *, stuck: bool) -> None:
        """Drop the prompt when two decodings in a row were stuck or agreed on nothing."""
        known = {form(word) for word in self._shown}
        strange = bool(known and fresh) and not known & {form(word) for word in fresh}
        self._failures = self._failures + 1 if stuck or strange else 0
        if self._failures >= _DISTRUST:
            self._forget_prompt()

    def _forget_prompt(self) -> None:
        """Begin the next prompts with what is said from now on."""
        self._prompt_from, self._failures = len(self._committed) + len(self._shown), 0

    def _drop_committed(self, heard: Sequence[Word]) -> Sequence[Word]:
        """Drop what was said before from the words of a window that was heard afresh."""
        inside = self._inside()
        return heard[repeated(inside, heard) if inside else self._remnant(heard) :]

    def _remnant(self, heard: Sequence[Word]) -> int:
        """1 if a window that begins within the last committed word begins with the rest of it."""
        done = self._committed[-1].end if self._committed else 0.0
        if not heard or self._start >= samples(done):
            return 0
        return int(heard[0].start < heard[0].end <= done + _REMNANT_S)

    def _move_to(self, cut: int) -> None:
        """Begin the next window at `cut`; a window at its limit always moves on."""
        cut -= cut % HOP
        if cut <= self._start and self._end - self._start >= self._limit:
            middle = (self._start + self._end) // 2
            cut = max(middle - middle % HOP, self._start + HOP)
        self._start = max(self._start, cut)

    @abstractmethod
    def _settled(self, fresh: Sequence[Word]) -> int:
        """How many of the words that are not yet committed are safe to commit."""

    @abstractmethod
    def _cut(self, hypothesis: Hypothesis, tentative: Sequence[Word]) -> int:
        """Where the next window may begin, in samples."""

    def _remember(self, committed: int) -> None:  # noqa: B027
        """Note how many words have left the tentative tail for good (by default: don't)."""

    def _prompt(self) -> str:
        """Committed text whose audio has left the buffer."""
        begin = self._start / SAMPLE_RATE
        said = self._committed[self._prompt_from :]
        return joined(word.text for word in said if _middle(word) < begin)

    def _inside(self) -> list[Word]:
        begin = self._start / SAMPLE_RATE
        return [word for word in self._committed[-200:] if _middle(word) >= begin]

    def _full(self) -> bool:
        """Whether the next chunk would not fit."""
        return self._end - self._start + self._chunk > self._limit

    def _overdue(self, unsettled: Sequence[Word]) -> int:
        """Words in the older half of a full buffer: they must be committed to let it move on."""
        half = (self._start + self._end) / 2 / SAMPLE_RATE
        return sum(1 for word in unsettled if word.end <= half)

    def _commit(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """Append to the committed text, keeping its times in order."""
        added = []
        for word in words:
            floor = self._committed[-1].end if self._committed else 0.0
            start = max(word.start, floor)
            added.append(replace(word, start=start, end=max(word.end, start)))
            self._committed.append(added[-1])
        return tuple(added)

    def _committed_until(self) -> int:
        return samples(self._committed[-1].end) if self._committed else 0


def _middle(word: Word) -> float:
    return (word.start + word.end) / 2


def _last_chars(text: str, count: int) -> str:
    """At most the last `count` characters, beginning at a word, or at a character that is one."""
    if len(text) <= count:
        return text
    tail = text[len(text) - count :]
    begins = (i for i, character in enumerate(tail) if unspaced(character) and not mark(character))
    space, character = tail.find(" "), next(begins, -1)
    if character >= 0 and (space < 0 or character < space):
        return tail[character:]
    return tail.partition(" ")[2]
