"""Sentences of a verdict, and the wording of a difference in WER."""

from __future__ import annotations

from typing import NamedTuple

from streamwer.analysis.formatting import format_count, format_number, format_points_range
from streamwer.metrics.differences import Difference

_MAX_FACTOR = 1000
"""Times the present number of speakers, above which advice to add more is useless."""


class Clause(NamedTuple):
    """A figure in words: what stands before it, the figure, what follows, and its interval."""

    before: str
    figure: str = ""
    after: str = ""
    interval: str = ""

    def __str__(self) -> str:
        interval = f" ({self.interval})" if self.interval else ""
        return f"{self.before}{self.figure}{self.after}{interval}"


class Sentence(NamedTuple):
    """A sentence about a system ("" for all of them).

    Attributes:
        system: its name.
        text: goes on after the name, or after the clauses.
        clauses: the figures of the system.
    """

    system: str
    text: str
    clauses: tuple[Clause, ...] = ()

    @property
    def plain(self) -> str:
        """All that follows the name, as text."""
        return f": {', '.join(map(str, self.clauses))}{self.text}" if self.clauses else self.text


def join_names(names: list[str]) -> str:
    """Join names as in a sentence: "a, b and c"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def describe_difference(delta: Difference, baseline: str, level: str, noun: str) -> str:
    """Say what a difference in WER shows by its interval, and what would decide an open one.

    Args:
        delta: WER minus that of the baseline, as a fraction of the reference words.
        baseline: name of the baseline; "" leaves it out of the sentence.
        level: confidence of the interval, such as "95 %"; "" where the reader knows it.
        noun: the resampled block, speaker or recording.

    Returns:
        A clause without a full stop, such as "no difference in errors that matters: …".
    """
    than, to = (f" {word} {baseline}" if baseline else "" for word in ("than", "to"))
    interval = f"{format_points_range(delta)} points"
    if level:
        interval = f"{'simultaneous ' * (delta.family > 1)}{level} interval {interval}"
    small = f"a difference of {100 * delta.margin:g} points or more is ruled out"
    size = format_number(100 * abs(delta.value), 1)
    size = "less than 0.1" if float(size) == 0 else size
    errors = f"{size} points {'more' if delta.value > 0 else 'fewer'} errors{than}"
    if delta.excludes_zero:
        ruled_out = f"; {small}" if delta.rules_out_difference else ""
        return f"{errors} ({interval}{ruled_out})"
    if delta.rules_out_difference:
        return f"no difference in errors{to} that matters: {small} ({interval})"
    errors = errors if delta.value else f"as many errors as{than[5:]}" if than else "as many errors"
    return f"{errors} here, not decided ({interval}; {_more_blocks(delta, noun)})"


def _more_blocks(delta: Difference, noun: str) -> str:
    more = delta.more_blocks
    if more > _MAX_FACTOR * delta.blocks:
        return f"no realistic number of {noun}s would decide it"
    about = round(more, 1 - len(str(more))) if more > 20 else more
    return f"about {format_count(about, f'more {noun}')} would decide it"
