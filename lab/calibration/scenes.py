"""The windows that a recogniser is timed on: of every length that a stream may come to.

Each scene is a piece of a stream: a window, polls of the voice detector while audio arrives, and
the window that has grown by it, with what is remembered of the first. So features and speech are
looked for in all of a window, and in a little that is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from streamwer.audio import HOP, seconds_to_samples
from streamwer.audio.decoding import Samples
from streamwer.recognisers.base import Memory, Window

LENGTHS_S = (0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 18, 21, 24, 26, 28, 45)
POLLS_S = (0.2, 0.2)
GROWTHS_S = (0.5, 1.0)
PROMPTS = (0, 60, 200)
"""Characters, in turn."""


@dataclass(frozen=True)
class Scene:
    """A piece of a stream.

    Attributes:
        audio: of the stream, shape (n,).
        start: where its windows begin, samples.
        length: of its first window, samples.
        growth: of its last one beyond the polls, samples.
        prompt: of the windows that are decoded.
    """

    audio: Samples
    start: int
    length: int
    growth: int
    prompt: str

    def iterate_windows(self) -> Iterator[Window]:
        """Its windows in order, with a memory of their own: each time the same work."""
        memory, end = Memory(), self.start + self.length
        yield self._cut_window(end, memory)
        for poll in POLLS_S:
            end += seconds_to_samples(poll)
            yield self._cut_window(end, memory, listen_only=True)
        yield self._cut_window(end + self.growth, memory)

    def _cut_window(self, end: int, memory: Memory, listen_only: bool = False) -> Window:
        prompt = "" if listen_only else self.prompt
        return Window(
            self.audio[self.start : end],
            self.start,
            prompt,
            listen_only=listen_only,
            memory=memory,
        )


def cut_scenes(calls: Sequence[Samples], text: str, seed: int) -> list[Scene]:
    """One scene of each length, begun at chance where in the calls, one call after another.

    Args:
        calls: their audio; repeated where they are too short.
        text: something that is said in such calls, to prompt with.
    """
    longest = seconds_to_samples(max(LENGTHS_S) + sum(POLLS_S) + max(GROWTHS_S))
    once = np.concatenate(calls)
    audio = np.tile(once, 1 + 2 * longest // len(once))
    audio.flags.writeable = False
    rng = np.random.default_rng(seed)
    return [
        Scene(
            audio=audio,
            start=int(rng.integers((len(audio) - longest) // HOP)) * HOP,
            length=seconds_to_samples(length),
            growth=seconds_to_samples(GROWTHS_S[i % len(GROWTHS_S)]),
            prompt=text[: PROMPTS[i % len(PROMPTS)]],
        )
        for i, length in enumerate(LENGTHS_S)
    ]
