"""Latencies of papers on simultaneous translation, per recording and over a data set.

Each is given twice from the same run: ideal, from how much audio the system had heard when it
committed a word, and computation-aware, from when the word was really there, backlog included.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
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
from streamwer.metrics.segments import Segment, assign_words, split_reference
from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.stats.ratios import estimate_ratio
from streamwer.metrics.timeline import Emission
from streamwer.text.words import join_words, split_words, word_ends
from streamwer.types import Step

KINDS = ("ideal", "aware")


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
    words = len(split_words(reference.text))
    found = {}
    for kind, delays in times.items():
        whole = [WordDelays(audio, delays, reference.seconds, words)]
        parts = [_select_segment(audio, delays, *each) for each in used]
        for each in list_simulst_metrics():
            found[f"{each.name}_{kind}"] = _average(each, parts if each.by_segment else whole)
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


def _average(metric: SimulstMetric, parts: Sequence[WordDelays]) -> float:
    values = [metric.delay(each) for each in parts]
    return sum(values) / len(values) if values else math.nan


def pool_simulst_latency(recordings: pd.DataFrame) -> SimulstLatency:
    """Pool the rows of a recordings table to the figures of its system."""
    return SimulstLatency(
        {each.name: _pool_means(recordings, each) for each in list_simulst_metrics()},
        silent_recordings=int((recordings["final_words"] == 0).sum()),
        segments=int(recordings["segments"].sum()),
        silent_segments=int(recordings["silent_segments"].sum()),
    )


def _pool_means(recordings: pd.DataFrame, metric: SimulstMetric) -> Delay:
    means = []
    for kind in KINDS:
        numerator, denominator = weigh_delays(recordings, metric, kind)
        means.append(Ratio(float(numerator.sum()), float(denominator.sum())).value)
    return Delay(*means)


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
