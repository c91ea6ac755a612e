"""Word error counts that add up, so that a mean of rates cannot be written by accident."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Counts from an alignment of hypothesis and reference; add them, then take the rate.

    Attributes:
        hits: reference words that were recognised.
        substitutions: reference words recognised as another word.
        deletions: reference words that were not recognised.
        insertions: recognised words that were not said.
    """

    hits: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    @property
    def words(self) -> int:
        """Number of reference words."""
        return self.hits + self.substitutions + self.deletions

    @property
    def errors(self) -> int:
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float | None:
        """Word error rate as a fraction; None where there is no reference word."""
        return self.errors / self.words if self.words else None

    def __add__(self, other: WordErrors) -> WordErrors:
        return WordErrors(
            self.hits + other.hits,
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
        )

    def __radd__(self, other: int) -> WordErrors:
        """Lets `sum()` pool counts: its start value 0 adds nothing."""
        if other != 0:
            raise TypeError("word errors add to word errors only")
        return self
