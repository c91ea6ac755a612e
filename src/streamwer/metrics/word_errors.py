"""Error counts that add up, so that a mean of rates cannot be written by accident.

The type is the record: a rate is only derived from it, so sums pool the counts (a ratio of sums),
and counts of words never mix with counts of characters.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass
from typing import NoReturn, Self


@dataclass(frozen=True, order=True, slots=True, repr=False)
class Rate:
    """A rate derived from counts; it refuses to be added, because the counts are what adds up.

    It is not a `float`: `numpy.mean`, `statistics.mean` and `math.fsum` would take it for one and
    ask it nothing. The plain number is `value`.
    """

    value: float

    def __str__(self) -> str:
        return str(self.value)

    __repr__ = __str__

    def __format__(self, form: str) -> str:
        return format(self.value, form)

    def __sub__(self, other: Rate) -> float:
        return self.value - other.value

    def __add__(self, other: object) -> NoReturn:
        raise TypeError("rates do not add up: add the error counts and take the rate of the sum")

    __radd__ = __add__


@dataclass(frozen=True, slots=True)
class _Errors:
    """Counts from an alignment of hypothesis and reference; add them, then take the rate."""

    hits: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    @property
    def total(self) -> int:
        """Count the units of the reference."""
        return self.hits + self.substitutions + self.deletions

    @property
    def errors(self) -> int:
        """Substitutions, deletions and insertions."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> Rate | None:
        """Errors per unit of the reference, as a fraction; None where the reference is empty."""
        return Rate(self.errors / self.total) if self.total else None

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            raise TypeError(
                f"{type(self).__name__} add to {type(self).__name__} only,"
                f" not to {type(other).__name__}"
            )
        return type(self)(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    def __radd__(self, other: int) -> Self:
        """Let `sum()` pool counts: its start value 0 adds nothing."""
        if type(other) is not int or other != 0:
            raise TypeError(f"{type(self).__name__} add to {type(self).__name__} only")
        return self


def get_plain_rate(errors: _Errors) -> float:
    """Return the rate as a plain number; NaN where the reference is empty."""
    return math.nan if errors.rate is None else errors.rate.value


@dataclass(frozen=True, slots=True)
class WordErrors(_Errors):
    """Word errors; `rate` is the WER.

    Attributes:
        hits: reference words that were recognised.
        substitutions: reference words recognised as another word.
        deletions: reference words that were not recognised.
        insertions: recognised words that were not said.
    """

    @property
    def words(self) -> int:
        """Number of reference words."""
        return self.total


@dataclass(frozen=True, slots=True)
class CharErrors(_Errors):
    """Character errors, with the same attributes; `rate` is the CER.

    Characters are those of the normalised words and of one space between each two (as in jiwer);
    beside a character of a script without spaces there is none.
    """

    @property
    def characters(self) -> int:
        """Number of reference characters."""
        return self.total
