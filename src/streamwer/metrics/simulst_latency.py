"""Latencies of papers on simultaneous translation, per recording and over a data set.

Each is given twice from the same run: ideal, from how much audio the system had heard when it
committed a word, and computation-aware, from when the word was really there, backlog included.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import (
    Display,
    Ratio,
    SimulstMetric,
    WordDelays,
    get_column,
    list_simulst_metrics,
    recording_columns,
    simulst_metric,
)
from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.stats.ratios import estimate_ratio
from streamwer.metrics.timeline import Emission
from streamwer.metrics.tokens import normalise_word
from streamwer.text.normalise import Normaliser
from streamwer.text.word_alignment import align_words
from streamwer.text.words import join_words, split_words, word_ends
from streamwer.types import Reference, Step

KINDS = ("ideal", "aware")
MIN_PAUSE_S = 0.5
"""Seconds between two segments; people pause so long between sentences and seldom within one."""


@dataclass(frozen=True)
class Delay:
    """A mean delay in seconds, without and with compute; NaN where the log does not tell it."""

    ideal: float
    aware: float


@dataclass(frozen=True)
class SimulstLatency:
    """The figures of one system.

    Attributes:
        delays: means over recordings, or of those by segment over segments, by name.
        silent_recordings: recordings that committed nothing: left out of the means, as the peers
            do, although they were worst of all.
        segments: that the means by segment are over.
        silent_segments: segments without a word (or without a length), left out of it.
    """

    delays: Mapping[str, Delay]
    silent_recordings: int
    segments: int
    silent_segments: int

    def __getitem__(self, name: str) -> Delay:
        return self.delays[name]

    def to_record(self) -> dict[str, Any]:
        """Return the delays by name, and the counts, as plain values."""
        counts = {key: value for key, value in asdict(self).items() if key != "delays"}
        return {name: asdict(delay) for name, delay in self.delays.items()} | counts


@simulst_metric(
    "end_offset", source="SimulEval's EndOffset", shown=Display(place=64, label="end offset")
)
def compute_end_offset(words: WordDelays) -> float:
    """Compute the last word's delay less the length of the audio, in seconds."""
    return words.delays[-1] - words.source if words.delays else math.nan


@recording_columns
def measure_simulst_latency(recording: AlignedRecording) -> dict[str, float]:
    """Measure the delays of one recording, and count its segments.

    Words are raw ones, between spaces, as with the peers; in scripts without spaces each character
    is one, as in SimulEval's latency unit `char`.
    """
    reference = recording.reference
    committed = list(_split_committed_words(recording.emissions))
    audio = [step.audio_end for _, step in committed]
    times = {"ideal": audio, "aware": [step.emitted for _, step in committed]}
    segments = split_reference(reference)
    places = assign_words(segments, [text for text, _ in committed], recording.normaliser)
    used = [
        (segment, chosen)
        for segment, chosen in zip(segments, places, strict=True)
        if chosen and segment.end > segment.start
    ]
    length = len(split_words(reference.text))
    found = {}
    for kind, delays in times.items():
        whole = [WordDelays(audio, delays, reference.seconds, length)]
        parts = [_select_segment(audio, delays, *each) for each in used]
        for each in list_simulst_metrics():
            values = [each.delay(words) for words in (parts if each.by_segment else whole)]
            found[f"{each.name}_{kind}"] = Ratio(sum(values), len(values)).value
    return found | {"segments": len(used), "silent_segments": len(segments) - len(used)}


def _split_committed_words(emissions: Sequence[Emission]) -> Iterator[tuple[str, Step]]:
    """Yield the committed words, each with the step that committed its last letter.

    They are taken out of the whole text: a full stop that was committed as a word of its own is
    none where the reference has it beside a character.
    """
    steps = [each.committed for each in emissions for _ in "".join(each.word.text.split())]
    for text, last in word_ends(join_words(each.word.text for each in emissions)):
        yield text, steps[last]


def _select_segment(
    audio: Sequence[float], delays: Sequence[float], segment: Segment, places: Sequence[int]
) -> WordDelays:
    """Return the words of a segment; their times count from its start."""
    return WordDelays(
        [audio[place] - segment.start for place in places],
        [delays[place] - segment.start for place in places],
        segment.end - segment.start,
        len(segment.words),
    )


def pool_simulst_latency(recordings: pd.DataFrame) -> SimulstLatency:
    """Pool the rows of a recordings table to the figures of its system."""
    means = {
        each.name: [Ratio.of_sums(weigh_delays(recordings, each, kind)).value for kind in KINDS]
        for each in list_simulst_metrics()
    }
    return SimulstLatency(
        {name: Delay(*by_kind) for name, by_kind in means.items()},
        silent_recordings=int((recordings["final_words"] == 0).sum()),
        segments=int(recordings["segments"].sum()),
        silent_segments=int(recordings["silent_segments"].sum()),
    )


def estimate_delay(recordings: pd.DataFrame, name: str, confidence: float) -> Quantile:
    """Estimate a computation-aware mean delay with its interval over speakers.

    Args:
        recordings: the recordings table.
        name: of the delay, such as "laal".
        confidence: of the interval.

    Returns:
        Seconds; unknown where nothing was committed.
    """
    (metric,) = (each for each in list_simulst_metrics() if each.name == name)
    parts = pd.DataFrame(weigh_delays(recordings, metric, "aware")).T
    delays, weights = parts.groupby(recordings["speaker"].to_numpy()).sum().to_numpy().T
    found = estimate_ratio(delays, weights, confidence)
    return Quantile(None) if np.isnan(found.value) else Quantile.from_interval(found)


def weigh_delays(
    recordings: pd.DataFrame, metric: SimulstMetric, kind: str
) -> tuple[Floats, Floats]:
    """Return each recording's delay times its weight, and its weight: 1, or its segments.

    Args:
        recordings: the recordings table.
        metric: the delay.
        kind: "ideal" or "aware".

    Returns:
        Both of shape (recordings,); 0 where there is no delay.
    """
    values = get_column(recordings, f"{metric.name}_{kind}")
    units = get_column(recordings, "segments") if metric.by_segment else np.ones(len(values))
    weights = np.where(np.isnan(values), 0, units)
    return np.nan_to_num(values) * weights, weights


@dataclass(frozen=True)
class Segment:
    """The raw reference words between two pauses, and where they begin and end, seconds.

    In scripts without spaces each character is a word: see `text.words.split_words`.
    """

    start: float
    end: float
    words: tuple[str, ...]


def split_reference(reference: Reference, pause: float = MIN_PAUSE_S) -> list[Segment]:
    """Split a reference where nobody speaks for `pause` seconds or longer.

    One without word times is a single segment, from 0 to its end.
    """
    if not reference.words:
        return [Segment(0.0, reference.seconds, tuple(split_words(reference.text)))]
    groups = [[reference.words[0]]]
    for before, word in pairwise(reference.words):
        if word.start - before.end >= pause:
            groups.append([])
        groups[-1].append(word)
    texts = [split_words(join_words(word.text for word in words)) for words in groups]
    return [
        Segment(words[0].start, words[-1].end, tuple(text))
        for words, text in zip(groups, texts, strict=True)
    ]


def assign_words(
    segments: Sequence[Segment], hypothesis: Sequence[str], normaliser: Normaliser
) -> list[list[int]]:
    """Assign each word of a transcript to a segment of the reference (re-segmentation).

    A word that the edit alignment pairs with a reference word goes to that word's segment. One
    that it inserts goes with the reference word before or after it whose letters are more like its
    own, with that before it where both are alike; where there is none before it, with the next.
    That is OmniSTEval's rule; its alignment is one by letters, made for translations.

    Args:
        segments: of the reference.
        hypothesis: raw words.
        normaliser: of both texts.

    Returns:
        For each segment, the places of its words in `hypothesis`.
    """
    if len(segments) == 1:
        return [list(range(len(hypothesis)))]
    owner = [number for number, segment in enumerate(segments) for _ in segment.words]
    reference = [_normalise_key(text, normaliser) for segment in segments for text in segment.words]
    keys = [_normalise_key(text, normaliser) for text in hypothesis]
    found: list[list[int]] = [[] for _ in segments]
    for place, word in enumerate(_match_reference_words(reference, keys)):
        found[owner[word]].append(place)
    return found


def _normalise_key(text: str, normaliser: Normaliser) -> str:
    """Return what must agree for two words to be the same; the word where nothing is left of it."""
    return "".join(normalise_word(normaliser, text)) or text


def _match_reference_words(reference: Sequence[str], hypothesis: Sequence[str]) -> list[int]:
    """Return the reference word that each hypothesis word goes with."""
    found: list[int] = []
    before = -1
    next_chosen = False
    for pair in align_words(reference, hypothesis):
        if pair.reference is not None:
            before, next_chosen = pair.reference, False
        if pair.hypothesis is None:
            continue
        if pair.reference is None and not next_chosen:
            next_chosen = _resembles_next_word(reference, before, hypothesis[pair.hypothesis])
        found.append(before + next_chosen)
    return found


def _resembles_next_word(reference: Sequence[str], before: int, word: str) -> bool:
    if before < 0 or before + 1 >= len(reference):
        return before < 0
    return _compare_letters(reference[before + 1], word) > _compare_letters(reference[before], word)


def _compare_letters(one: str, other: str) -> float:
    """Return the Jaccard index of the sets of letters."""
    return len({*one} & {*other}) / len({*one} | {*other})
