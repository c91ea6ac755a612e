"""The figures that a rule can be about: each with its value and the interval of its change.

Ratios are ratios of sums, quantiles pool the words of all recordings; intervals leave out each
speaker in turn, on both sides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from streamwer.analysis.gate.run_group import Side, errors, reference_words
from streamwer.analysis.gate.verdict import Change
from streamwer.metrics.stats import ratios
from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.stats.quantiles import Integers, alone, quantile_differences
from streamwer.metrics.summary import STAGES
from streamwer.metrics.tables import clusters

Figure = Literal["wer", "latency"]
_FRAMES_PER_S = 100


class Measure(Protocol):
    """A figure that a rule can be about."""

    @property
    def label(self) -> str: ...

    @property
    def unit(self) -> str: ...

    @property
    def figure(self) -> Figure:
        """What it takes to compare it: `latency` needs the same machine where time is measured."""
        ...

    def value(self, side: Side) -> float:
        """NaN where it is not known."""
        ...

    def change(self, baseline: Side, candidate: Side, confidence: float) -> Change: ...


@dataclass(frozen=True)
class Ratio:
    """A ratio of sums over recordings.

    Attributes:
        parts: numerator and denominator of each row of a side's recordings.
        counts: whether events are counted among things that both sides have alike, so that few
            of them have exact bounds.
    """

    label: str
    unit: str
    figure: Figure
    parts: Callable[[Side], tuple[Floats, Floats]]
    counts: bool = False

    def value(self, side: Side) -> float:
        above, below = self.parts(side)
        return float(above.sum() / below.sum()) if below.sum() else math.nan

    def change(self, baseline: Side, candidate: Side, confidence: float) -> Change:
        values = self.value(baseline), self.value(candidate)
        if any(map(math.isnan, values)):
            return Change(*values)
        return Change(*values, *self._interval(baseline, candidate, confidence))

    def _interval(self, baseline: Side, candidate: Side, confidence: float) -> tuple[float, float]:
        sides = [
            [side.by_speaker(part) for part in self.parts(side)] for side in (candidate, baseline)
        ]
        (above, below), (base_above, base_below) = sides
        if self.counts:
            found = ratios.compare_rates(above, base_above, below, confidence)
        else:
            found = ratios.compare_ratios(above, below, base_above, base_below, confidence)
        return found.low, found.high


@dataclass(frozen=True)
class Late:
    """A quantile of a latency, over words or over recordings.

    Attributes:
        late: seconds, and the number of the speaker of each; NaN where there is no time.
        q: the quantile.
    """

    label: str
    late: Callable[[Side], tuple[Floats, Integers]]
    q: float
    unit: str = "s"
    figure: Figure = "latency"

    def value(self, side: Side) -> float:
        found = alone(self._events(side)[0], self.q).value
        return math.nan if found is None else found

    def change(self, baseline: Side, candidate: Side, confidence: float) -> Change:
        values = self.value(baseline), self.value(candidate)
        mine, groups = self._events(candidate)
        others, _ = self._events(baseline)
        if any(map(math.isnan, values)) or len(mine) != len(others):
            return Change(values[0], values[1] if len(mine) == len(others) else math.nan)
        found = quantile_differences(mine, others, groups, [self.q], confidence)[0]
        ends = (math.nan if end is None else end for end in (found.low, found.high))
        return Change(*values, *ends)

    def _events(self, side: Side) -> tuple[Floats, Integers]:
        late, recordings = self.late(side)
        known = ~np.isnan(late)
        groups = np.unique(recordings[known], return_inverse=True)[1]
        return late[known], groups


def _rate(unit: str) -> Callable[[Side], tuple[Floats, Floats]]:
    return lambda side: (
        _floats(errors(side.recordings, unit)),
        _floats(reference_words(side.recordings, unit)),
    )


def _coverage(side: Side) -> tuple[Floats, Floats]:
    """Words that came and words, of each recording; its runs share them alike."""
    words = side.words
    grouped = np.isfinite(words["committed"]).groupby(words["recording"])
    names, runs = side.recordings["recording"], len(side.runs)
    emitted, timed = (names.map(each).fillna(0) / runs for each in (grouped.sum(), grouped.size()))
    return _floats(emitted), _floats(timed)


def _per(above: str, below: str, scale: float = 1.0) -> Callable[[Side], tuple[Floats, Floats]]:
    return lambda side: (
        _column(side.recordings, above) / scale,
        _column(side.recordings, below),
    )


def _rtf(side: Side) -> tuple[Floats, Floats]:
    """Of the recordings that were streamed, as in the report."""
    rows = side.recordings
    done = (rows["failure"] == "").to_numpy()
    spent = sum((_column(rows, f"{stage}_s") for stage in STAGES), start=np.zeros(len(rows)))
    return np.where(done, spent, 0), np.where(done, rows["seconds"], 0)


def _failures(side: Side) -> tuple[Floats, Floats]:
    failed = _floats(side.recordings["failure"] != "")
    return failed, np.ones_like(failed)


def _since_end(column: str) -> Callable[[Side], tuple[Floats, Integers]]:
    return lambda side: (_column(side.late, column), side.late["speaker"].to_numpy(np.int64))


def _of_recordings(column: str) -> Callable[[Side], tuple[Floats, Integers]]:
    def late(side: Side) -> tuple[Floats, Integers]:
        rows = side.recordings
        return _column(rows, column), clusters(rows["recording"], rows)

    return late


def _column(table: pd.DataFrame, name: str) -> Floats:
    """The column; NaN where there is none, which no rule lets pass."""
    return _floats(table[name]) if name in table else np.full(len(table), np.nan)


def _floats(values: pd.Series[float]) -> Floats:
    found: Floats = values.to_numpy(np.float64)
    return found


def _late(
    name: str, label: str, late: Callable[[Side], tuple[Floats, Integers]]
) -> dict[str, Measure]:
    return {f"{name}_p{p}": Late(f"{label}, p{p}", late, p / 100) for p in (50, 95, 99)}


MEASURES: Mapping[str, Measure] = {
    "wer": Ratio("WER", "%", "wer", _rate(""), counts=True),
    "cer": Ratio("CER", "%", "wer", _rate("char_"), counts=True),
    "coverage": Ratio("words that came", "%", "wer", _coverage, counts=True),
    "erasure": Ratio("erased words per final word", "", "wer", _per("erased_words", "final_words")),
    "upwr": Ratio("unstable partial words", "%", "wer", _per("unstable_words", "partial_words")),
    "failures": Ratio("recordings that failed", "%", "wer", _failures, counts=True),
    **_late("commit", "commit latency", _since_end("commit_latency")),
    **_late("ideal", "commit latency without compute", _since_end("commit_latency_ideal")),
    **_late("shown", "first-shown latency", _since_end("shown_latency")),
    **_late("first_text", "first text", _of_recordings("first_text")),
    **_late("finalisation", "finalisation", _of_recordings("finalisation")),
    "encoded": Ratio(
        "seconds encoded per second of audio",
        "",
        "wer",
        _per("encoder_frames", "seconds", _FRAMES_PER_S),
    ),
    "decoded": Ratio(
        "tokens decoded per second of audio", "", "wer", _per("decoded_tokens", "seconds")
    ),
    "rtf": Ratio("RTF", "", "latency", _rtf),
}
"""By the name that `conf/gate` gives it."""
