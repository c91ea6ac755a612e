"""Sentences of a verdict, and the wording of a difference in WER."""

from __future__ import annotations

from typing import NamedTuple

from streamwer.analysis.formatting import format_count, format_number, format_points_range
from streamwer.metrics.differences import Difference

_MAX_FACTOR = 1000
"""Times the present number of speakers, above which advice to add more is useless."""


class Sentence(NamedTuple):
    """A sentence about a system ("" for all of them); `text` goes on after the name."""

    system: str
    text: str


def describe_difference(delta: Difference, baseline: str, level: str, noun: str) -> str:
    """Say what a difference in WER shows by its interval, and what would decide an open one.

    Args:
        delta: WER minus that of the baseline, as a fraction of the reference words.
        baseline: name of the baseline; "" leaves it out of the sentence.
        level: confidence of the interval, such as "95 %".
        noun: the resampled block, speaker or recording.

    Returns:
        A clause without a full stop, such as "no difference in errors that matters: …".
    """
    than, to = (f" {word} {baseline}" if baseline else "" for word in ("than", "to"))
    level = f"simultaneous {level}" if delta.family > 1 else level
    interval = f"{level} interval {format_points_range(delta)} points"
    small = f"a difference of {100 * delta.margin:g} points or more is ruled out"
    if delta.excludes_zero:
        size = format_number(100 * abs(delta.value), 1)
        size = "less than 0.1" if float(size) == 0 else size
        more = "more" if delta.value > 0 else "fewer"
        ruled_out = f"; {small}" if delta.rules_out_difference else ""
        return f"{size} points {more} errors{than} ({interval}{ruled_out})"
    if delta.rules_out_difference:
        return f"no difference in errors{to} that matters: {small} ({interval})"
    unclear = f"whether it makes more or fewer errors{than} is not decided"
    return f"{unclear} ({interval}; {_more_blocks(delta, noun)})"


def _more_blocks(delta: Difference, noun: str) -> str:
    more = delta.more_blocks
    if more > _MAX_FACTOR * delta.blocks:
        return f"no realistic number of {noun}s would decide it"
    about = round(more, 1 - len(str(more))) if more > 20 else more
    return f"about {format_count(about, f'more {noun}')} at this spread would decide it"
