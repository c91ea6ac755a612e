"""When each word of a stream was first shown, shown for good and committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.transcript import Step, Word


@dataclass(frozen=True, slots=True)
class Emission:
    """A committed word and the steps that made it known.

    Attributes:
        word: the word as committed.
        committed: the step that committed it.
        shown: the first step that showed it at its place and from which it stayed.
        first_shown: the first step that showed anything at its place.
        revisions: how often the text shown at its place was replaced or taken away.
    """

    word: Word
    committed: Step
    shown: Step
    first_shown: Step
    revisions: int


class _Place:
    """What stands at one place after the committed words."""

    __slots__ = ("first", "revisions", "shown", "text")

    def __init__(self, text: str, step: Step) -> None:
        self.text: str | None = text
        self.first = self.shown = step
        self.revisions = 0

    def show(self, text: str | None, step: Step) -> None:
        if text == self.text:
            return
        self.revisions += self.text is not None  # to show a word where there was none is no change
        self.text, self.shown = text, step


def emissions(steps: Sequence[Step]) -> list[Emission]:
    """Every committed word of one recording, in order."""
    found: list[Emission] = []
    places: list[_Place] = []
    for step in steps:
        committed = step.update.committed
        _show(places, (*committed, *step.update.tentative), step)
        for word, place in zip(committed, places, strict=False):
            found.append(Emission(word, step, place.shown, place.first, place.revisions))
        del places[: len(committed)]
    return found


def _show(places: list[_Place], words: Sequence[Word], step: Step) -> None:
    for place, word in zip(places, words, strict=False):
        place.show(word.text, step)
    for place in places[len(words) :]:
        place.show(None, step)
    places += [_Place(word.text, step) for word in words[len(places) :]]


def erased(steps: Sequence[Step]) -> int:
    """Shown words that were taken back: the numerator of normalised erasure.

    Arivazhagan et al. 2020: at each update, the tentative words shown before that the new
    text does not repeat from the left.
    """
    total, tail = 0, ()  # type: int, tuple[Word, ...]
    for step in steps:
        now = (*step.update.committed, *step.update.tentative)
        kept = 0
        for old, new in zip(tail, now, strict=False):
            if old.text != new.text:
                break
            kept += 1
        total += len(tail) - kept
        tail = step.update.tentative
    return total
