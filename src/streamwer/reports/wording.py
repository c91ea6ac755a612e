"""What the interval of a difference in WER shows, in a sentence."""

from __future__ import annotations

from streamwer.analysis import formatting
from streamwer.metrics.differences import Difference

_UNHEARD_OF = 1000
"""Times the speakers there are: more is no advice."""


def describe_difference(delta: Difference, baseline: str, level: str, noun: str) -> str:
    """Say what a difference in WER shows by its interval, and what would decide an open one.

    Args:
        delta: the difference.
        baseline: the name of what it is a difference to; "" if that is plain.
        level: of the interval, such as "95 %".
        noun: what its blocks are: speaker or recording.
    """
    than, to = (f" {word} {baseline}" if baseline else "" for word in ("than", "to"))
    level = f"simultaneous {level}" if delta.family > 1 else level
    sure = f"{level} interval {formatting.points_range(delta)} points"
    small = f"a difference of {100 * delta.margin:g} points or more is ruled out"
    if delta.shown:
        size = formatting.number(100 * abs(delta.value), 1)
        size = "less than 0.1" if float(size) == 0 else size
        more = "more" if delta.value > 0 else "fewer"
        ruled_out = f"; {small}" if delta.ruled_out else ""
        return f"{size} points {more} errors{than} ({sure}{ruled_out})"
    if delta.ruled_out:
        return f"no difference in errors{to} that matters: {small} ({sure})"
    unclear = f"whether it makes more or fewer errors{than} is not decided"
    return f"{unclear} ({sure}; {_more_blocks(delta, noun)})"


def _more_blocks(delta: Difference, noun: str) -> str:
    """How many more blocks would decide a difference."""
    more = delta.more_blocks
    if more > _UNHEARD_OF * delta.blocks:
        return f"no number of {noun}s that anyone has would decide it"
    about = round(more, 1 - len(str(more))) if more > 20 else more
    return f"about {formatting.count(about, f'more {noun}')} at this spread would decide it"
