"""The latency figures that papers give, per recording and over a data set.

Each is told twice from the same run: ideal, from how much audio the system had heard when it
committed a word, and computation-aware, from when the word was really there, backlog included.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from streamwer.metrics.average_lagging import average_lagging, length_adaptive
from streamwer.metrics.segments import Segment, assign, segments
from streamwer.metrics.timeline import Emission
from streamwer.metrics.token_delay import average_token_delay
from streamwer.text.normalise import Normaliser
from streamwer.text.words import ends, joined, parted
from streamwer.types import Reference, Step

NAMES = ("laal", "stream_laal", "al", "atd", "end_offset")


@dataclass(frozen=True)
class Delay:
    """A mean delay in seconds, without and with compute; NaN where the log does not tell it."""

    ideal: float
    aware: float


@dataclass(frozen=True)
class Lagging:
    """The figures of one system; means over recordings, `stream_laal` over segments.

    Attributes:
        laal: Length-Adaptive Average Lagging.
        stream_laal: LAAL of each segment, from its start.
        al: Average Lagging.
        atd: Average Token Delay.
        end_offset: the last word's delay less the recording's length.
        silent_recordings: recordings that committed nothing: left out of the means, as the peers
            do, although they were worst of all.
        segments: that the mean of `stream_laal` is over.
        silent_segments: segments without a word (or without a length), left out of it.
    """

    laal: Delay
    stream_laal: Delay
    al: Delay
    atd: Delay
    end_offset: Delay
    silent_recordings: int
    segments: int
    silent_segments: int


def lagging_row(
    reference: Reference, said: Sequence[Emission], normaliser: Normaliser
) -> dict[str, float]:
    """The columns of one recording.

    Words are raw ones, between spaces, as with the peers; in scripts without spaces each character
    is one, as in SimulEval's latency unit `char`.
    """
    written = list(_written(said))
    texts = [text for text, _ in written]
    heard = [step.audio_end for _, step in written]
    emitted = [step.emitted for _, step in written]
    spoken = segments(reference)
    places = assign(spoken, texts, normaliser)
    used = [
        (segment, mine)
        for segment, mine in zip(spoken, places, strict=True)
        if mine and segment.end > segment.start
    ]
    return {
        **_whole(reference, heard, heard, "ideal"),
        **_whole(reference, heard, emitted, "aware"),
        "stream_laal_ideal": _by_segment(used, heard),
        "stream_laal_aware": _by_segment(used, emitted),
        "segments": len(used),
        "silent_segments": len(spoken) - len(used),
    }


def _written(said: Sequence[Emission]) -> Iterator[tuple[str, Step]]:
    """The words of what was committed, each with the step that committed its last letter.

    They are taken out of the whole text: a full stop that was committed as a word of its own is
    none where the reference has it beside a character.
    """
    steps = [each.committed for each in said for _ in "".join(each.word.text.split())]
    for text, last in ends(joined(each.word.text for each in said)):
        yield text, steps[last]


def _whole(
    reference: Reference, heard: Sequence[float], delays: Sequence[float], kind: str
) -> dict[str, float]:
    seconds, words = reference.seconds, len(parted(reference.text))
    return {
        f"laal_{kind}": length_adaptive(delays, seconds, words),
        f"al_{kind}": average_lagging(delays, seconds, words),
        f"atd_{kind}": average_token_delay(heard, delays),
        f"end_offset_{kind}": delays[-1] - seconds if delays else math.nan,
    }


def _by_segment(used: Sequence[tuple[Segment, Sequence[int]]], delays: Sequence[float]) -> float:
    """Mean LAAL of segments; delays count from a segment's start."""
    found = [
        length_adaptive(
            [delays[place] - segment.start for place in mine],
            segment.end - segment.start,
            len(segment.words),
        )
        for segment, mine in used
    ]
    return sum(found) / len(found) if found else math.nan


def pooled_lagging(recordings: pd.DataFrame) -> Lagging:
    """From a recordings table to the figures of its system."""
    delays = {name: Delay(*_means(recordings, name)) for name in NAMES}
    return Lagging(
        **delays,
        silent_recordings=int((recordings["final_words"] == 0).sum()),
        segments=int(recordings["segments"].sum()),
        silent_segments=int(recordings["silent_segments"].sum()),
    )


def _means(recordings: pd.DataFrame, name: str) -> list[Any]:
    each_counts = recordings["segments"] if name == "stream_laal" else 1
    found = []
    for kind in ("ideal", "aware"):
        values = recordings[f"{name}_{kind}"]
        weights = values.notna() * each_counts
        found.append(float((values * weights).sum() / weights.sum()) if weights.sum() else math.nan)
    return found
