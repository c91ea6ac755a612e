"""Where a recording is cut into windows: for hearing it, and for aligning what was said in it.

A long recording is first heard by the aligner. Where it hears what the transcript says, several
words in a row, it is known which words lie on either side; there the recording is cut, at pauses if
there are any. So the text of every window is known before it is aligned, and nothing drifts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from streamwer.alignment.trimming import Span, odd
from streamwer.alignment.unplaceable import UnplaceableError
from streamwer.metrics.alignment import align
from streamwer.text.normalise import normaliser
from streamwer.types import Word

_MARGIN_S = 0.5  # of pause kept around a window's words
_RUN = 2  # words on either side of a cut that should be heard as they are written
_SEGMENT, _UNSURE = 3.0, 30.0
"""Cost of another segment, and of one more that begins where not enough was heard, against the
seconds of pause that it saves."""
_LONG_PAUSE_S = 5.0  # a window with such a pause in it is worse than two without


@dataclass(frozen=True)
class Segment:
    """Some of the words of a transcript, and the time in which they were said.

    Attributes:
        first: index of the first word.
        last: and of the one after the last.
        begin: seconds on the recording's line.
        end: the same.
    """

    first: int
    last: int
    begin: float
    end: float


def windows(speech: Sequence[Span], seconds: float, longest: float) -> list[Span]:
    """Windows that cover a recording, cut in the longest pause of the second half of each."""
    pauses = [(one[1], other[0]) for one, other in pairwise(speech)]
    found: list[Span] = []
    begin = 0.0
    while seconds - begin > longest:
        late = [p for p in pauses if begin + longest / 2 < (p[0] + p[1]) / 2 <= begin + longest]
        first, last = max(late, key=lambda p: p[1] - p[0], default=(begin + longest,) * 2)
        found.append((begin, (first + last) / 2))
        begin = (first + last) / 2
    return [*found, (begin, seconds)]


def segments(
    said: Sequence[str], heard: Sequence[Word], seconds: float, longest: float
) -> list[Segment]:
    """A recording cut where the aligner heard what the transcript says.

    Args:
        said: words of the transcript.
        heard: what the aligner heard, timed and trimmed of pauses.
        seconds: length of the recording.
        longest: length of a segment.

    Raises:
        UnplaceableError: for longer than that, too little was heard of the transcript.
    """
    places = matches(said, heard)
    ends = (
        _Cut(0, 0.0, _start(places, heard), 0.0),
        _Cut(len(said), _end(places, heard, len(said), seconds), 0.0, 0.0),
    )
    chosen = _cheapest([ends[0], *_cuts(places, heard), ends[1]], longest)
    return [
        Segment(one.word, other.word, one.after, other.before) for one, other in pairwise(chosen)
    ]


def _cheapest(cuts: Sequence[_Cut], longest: float) -> list[_Cut]:
    """The cheapest way from the first cut to the last in segments that are not too long."""
    costs, before = [0.0], [0]
    for index, cut in enumerate(cuts[1:], start=1):
        within = [
            (costs[other] + cut.cost, other)
            for other in range(index)
            if 0 < cut.before - cuts[other].after <= longest
        ]
        cost, other = min(within, default=(math.inf, 0))
        costs.append(cost)
        before.append(other)
    if costs[-1] == math.inf:
        reached = max(cut.before for cut, cost in zip(cuts, costs, strict=True) if cost < math.inf)
        raise UnplaceableError(
            f"the aligner hears too little of the transcript after {reached:.1f} s"
        )
    path = [len(cuts) - 1]
    while path[-1]:
        path.append(before[path[-1]])
    return [cuts[index] for index in reversed(path)]


def matches(said: Sequence[str], heard: Sequence[Word]) -> dict[int, int]:
    """Which heard word is which word of the transcript, for those that are the same."""
    written, listened = _keys(said), _keys([word.text for word in heard])
    pairs = align([key for _, key in written], [key for _, key in listened])
    return {
        written[pair.reference][0]: listened[pair.hypothesis][0]
        for pair in pairs
        if pair.status == "hit" and pair.reference is not None and pair.hypothesis is not None
    }


def _keys(words: Sequence[str]) -> list[tuple[int, str]]:
    """Words as they are compared, with their places; those of punctuation alone are left out."""
    apply = normaliser("basic").apply
    keys = ((index, "".join(apply(word).split())) for index, word in enumerate(words))
    return [(index, key) for index, key in keys if key]


@dataclass(frozen=True)
class _Cut:
    """A place to cut: the word after it, where the window before ends and the one after begins."""

    word: int
    before: float
    after: float
    cost: float


def _cuts(places: Mapping[int, int], heard: Sequence[Word]) -> list[_Cut]:
    """Where the words on either side were heard, and heard as neighbours."""
    found = []
    for word in sorted(places):
        if word - 1 not in places or places[word] - places[word - 1] != 1:
            continue
        before, after = heard[places[word - 1]].end, heard[places[word]].start
        pause = max(0.0, after - before)
        margin = min(_MARGIN_S, pause / 2)
        cost = _SEGMENT - min(pause, _LONG_PAUSE_S)
        cost += 0.0 if _sure(word, places, heard) else _UNSURE
        found.append(_Cut(word, before + margin, after - margin, cost))
    return found


def _sure(word: int, places: Mapping[int, int], heard: Sequence[Word]) -> bool:
    """Whether the words around a cut were heard in a row, none in a time that no word takes."""
    run = [places.get(index) for index in range(word - _RUN, word + _RUN)]
    if (
        None in run
        or len({place - index for index, place in enumerate(run) if place is not None}) > 1
    ):
        return False
    return not any(odd(heard[place]) for place in run if place is not None)


def _start(places: Mapping[int, int], heard: Sequence[Word]) -> float:
    """Where the first segment begins: before its first word, if that was heard."""
    return max(0.0, heard[places[0]].start - _MARGIN_S) if 0 in places else 0.0


def _end(places: Mapping[int, int], heard: Sequence[Word], count: int, seconds: float) -> float:
    last = places.get(count - 1)
    return seconds if last is None else min(seconds, heard[last].end + _MARGIN_S)
