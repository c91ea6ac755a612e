"""Timeline of a stream: the steps that showed each word first, for good, and committed it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from streamwer.types import Step, Word

Key = Callable[[str], Hashable]


@dataclass(frozen=True, slots=True)
class Emission:
    """A committed word and the steps that made it known.

    Attributes:
        word: the word as committed.
        committed: the step that committed it.
        shown: the first step that showed it at its place and from which it stayed, whatever its
            case and punctuation.
        shown_raw: the first one from which it stayed letter by letter.
        first_shown: the first step that showed anything at its place.
        revisions: how often the text shown at its place was replaced or taken away.
    """

    word: Word
    committed: Step
    shown: Step
    shown_raw: Step
    first_shown: Step
    revisions: int


class _WordSlot:
    """The text shown at one place after the committed words."""

    __slots__ = ("first", "key", "revisions", "shown", "shown_raw", "text")

    def __init__(self, text: str, key: Key, step: Step) -> None:
        self.text: str | None = text
        self.key: Hashable = key(text)
        self.first = self.shown = self.shown_raw = step
        self.revisions = 0

    def show(self, text: str | None, key: Key, step: Step) -> None:
        if text == self.text:
            return
        was, self.key = self.key, None if text is None else key(text)
        if self.key != was:
            self.revisions += was is not None  # to show a word where there was none is no change
            self.shown = step
        self.text, self.shown_raw = text, step


def find_emissions(steps: Sequence[Step], key: Key = str) -> list[Emission]:
    """Find every committed word of one recording, in order.

    Words with the same key are the same word.
    """
    found: list[Emission] = []
    places: list[_WordSlot] = []
    for step in steps:
        committed = step.update.committed
        _update_slots(places, (*committed, *step.update.tentative), key, step)
        for word, place in zip(committed, places, strict=False):
            moments = place.shown, place.shown_raw, place.first
            found.append(Emission(word, step, *moments, place.revisions))
        del places[: len(committed)]
    return found


def _update_slots(places: list[_WordSlot], words: Sequence[Word], key: Key, step: Step) -> None:
    for place, word in zip(places, words, strict=False):
        place.show(word.text, key, step)
    for place in places[len(words) :]:
        place.show(None, key, step)
    places += [_WordSlot(word.text, key, step) for word in words[len(places) :]]
