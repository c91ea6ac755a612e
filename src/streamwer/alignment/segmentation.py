"""Split a long recording and its transcript into segments for alignment.

The aligner's model first recognises the recording in windows. Where it recognises several words of
the transcript in a row, the recording can be cut between them, at a pause if there is one. So the
text of every segment is known before it is aligned, and errors do not accumulate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from streamwer.alignment.quality import AlignmentError
from streamwer.alignment.trimming import Span, has_implausible_duration
from streamwer.text.normalise import get_normaliser
from streamwer.text.word_alignment import align_words
from streamwer.types import Word

_MARGIN_S = 0.5  # of pause kept around a window's words
_RUN = 2  # words on either side of a cut that should be recognised
_SEGMENT_COST, _UNRELIABLE_COST = 3.0, 30.0
"""Cost of a segment, and extra cost of an unreliable cut, in seconds of pause."""
_LONG_PAUSE_S = 5.0  # a window with such a pause in it is worse than two without


@dataclass(frozen=True)
class TextSegment:
    """Consecutive words of a transcript and the time span in which they were said.

    Attributes:
        first: index of the first word.
        last: index after the last word.
        begin: seconds on the recording's time line.
        end: likewise.
    """

    first: int
    last: int
    begin: float
    end: float


def split_into_windows(speech: Sequence[Span], seconds: float, longest: float) -> list[Span]:
    """Split a recording into windows, each cut at the longest pause of its second half.

    Args:
        speech: spans of speech, seconds.
        seconds: length of the recording.
        longest: length of a window, seconds.
    """
    pauses = [(one[1], other[0]) for one, other in pairwise(speech)]
    windows: list[Span] = []
    begin = 0.0
    while seconds - begin > longest:
        late = [p for p in pauses if begin + longest / 2 < (p[0] + p[1]) / 2 <= begin + longest]
        first, last = max(late, key=lambda p: p[1] - p[0], default=(begin + longest,) * 2)
        windows.append((begin, (first + last) / 2))
        begin = (first + last) / 2
    return [*windows, (begin, seconds)]


def split_into_segments(
    transcript: Sequence[str], recognised: Sequence[Word], seconds: float, longest: float
) -> list[TextSegment]:
    """Split a recording where words of the transcript were recognised.

    Args:
        transcript: its words.
        recognised: words of the model, with times and without pauses.
        seconds: length of the recording.
        longest: length of a segment, seconds.

    Raises:
        AlignmentError: too few words of the transcript were recognised for such segments.
    """
    places = match_recognised(transcript, recognised)
    count = len(transcript)
    start, end = 0.0, seconds
    if 0 in places:
        start = max(start, recognised[places[0]].start - _MARGIN_S)
    if count - 1 in places:
        end = min(end, recognised[places[count - 1]].end + _MARGIN_S)
    cuts = [
        _CutPoint(0, 0.0, start, 0.0),
        *_find_cut_points(places, recognised),
        _CutPoint(count, end, 0.0, 0.0),
    ]
    chosen = _find_cheapest_path(cuts, longest)
    return [
        TextSegment(one.word, other.word, one.after, other.before)
        for one, other in pairwise(chosen)
    ]


def _find_cheapest_path(cuts: Sequence[_CutPoint], longest: float) -> list[_CutPoint]:
    """Find the cheapest path from the first cut to the last in segments that are not too long."""
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
        raise AlignmentError(
            f"the aligner hears too little of the transcript after {reached:.1f} s"
        )
    path = [len(cuts) - 1]
    while path[-1]:
        path.append(before[path[-1]])
    return [cuts[index] for index in reversed(path)]


def match_recognised(transcript: Sequence[str], recognised: Sequence[Word]) -> dict[int, int]:
    """Map indices of transcript words to those of the same recognised words."""
    reference, hypothesis = (
        _normalise_words(transcript),
        _normalise_words([word.text for word in recognised]),
    )
    pairs = align_words([key for _, key in reference], [key for _, key in hypothesis])
    return {
        reference[pair.reference][0]: hypothesis[pair.hypothesis][0]
        for pair in pairs
        if pair.status == "hit" and pair.reference is not None and pair.hypothesis is not None
    }


def _normalise_words(words: Sequence[str]) -> list[tuple[int, str]]:
    """Normalise words for comparison, with their indices; skip pure punctuation."""
    apply = get_normaliser("basic").apply
    keys = ((index, "".join(apply(word).split())) for index, word in enumerate(words))
    return [(index, key) for index, key in keys if key]


@dataclass(frozen=True)
class _CutPoint:
    """A cut: the word after it, the end of the segment before and the begin of the next one."""

    word: int
    before: float
    after: float
    cost: float


def _find_cut_points(places: Mapping[int, int], recognised: Sequence[Word]) -> list[_CutPoint]:
    """Find the cuts between transcript words that were recognised as neighbours."""
    cuts = []
    for word in sorted(places):
        if word - 1 not in places or places[word] - places[word - 1] != 1:
            continue
        before, after = recognised[places[word - 1]].end, recognised[places[word]].start
        pause = max(0.0, after - before)
        margin = min(_MARGIN_S, pause / 2)
        cost = _SEGMENT_COST - min(pause, _LONG_PAUSE_S)
        cost += 0.0 if _is_reliable(word, places, recognised) else _UNRELIABLE_COST
        cuts.append(_CutPoint(word, before + margin, after - margin, cost))
    return cuts


def _is_reliable(word: int, places: Mapping[int, int], recognised: Sequence[Word]) -> bool:
    """Tell whether the words around a cut were recognised in a row, with plausible lengths."""
    run = [index for index in range(word - _RUN, word + _RUN) if index in places]
    return (
        len(run) == 2 * _RUN
        and len({places[index] - index for index in run}) == 1
        and not any(has_implausible_duration(recognised[places[index]]) for index in run)
    )
