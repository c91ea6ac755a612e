"""The end of a recording: words that never became final there, and how long the last ones took."""

from __future__ import annotations

import math
from collections.abc import Mapping

from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.error_rate import sum_reference_units
from streamwer.metrics.latency import ON_SCREEN
from streamwer.metrics.registry import (
    STABILITY,
    Display,
    Tables,
    get_column,
    latency_metric,
    metric,
    pick_seconds,
    recording_columns,
)
from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.word_table import NEVER

_LOST, _AFTER = "tail_words_lost", "final_after_end"


@recording_columns
def build_tail_columns(recording: AlignedRecording) -> Mapping[str, float]:
    """Count the last words of a recording that never came, and time its last commit."""
    lost = 0
    for pair, committed in zip(
        reversed(recording.pairs), reversed(recording.rows["committed"]), strict=True
    ):
        if pair.reference is not None and committed != NEVER:
            break
        lost += pair.reference is not None
    return {_LOST: lost, _AFTER: _measure_final_after_end(recording, lost)}


@metric(
    "tail_loss",
    unit="share of words",
    better="lower",
    source="ours",
    shown=Display(
        STABILITY,
        55,
        "Tail loss",
        "reference words after the last one that became final",
        ".1%",
        line="{:.2%} of the words were lost at the end",
        rule_label="words lost at the end",
    ),
    exact=True,
)
def count_tail_loss_parts(tables: Tables) -> tuple[Floats, Floats]:
    """Return the words lost at the end and all reference words of each recording."""
    rows = tables.recordings
    return get_column(rows, _LOST), sum_reference_units(rows).to_numpy(float)


latency_metric(
    "final_after_end",
    source="end offset, SimulEval; a lost tail is never final",
    shown=Display(
        ON_SCREEN,
        33,
        "After the end",
        "from the end of the audio to the last commit",
        percentiles=(50,),
    ),
    once=True,
)(pick_seconds(_AFTER))


def _measure_final_after_end(recording: AlignedRecording, lost: int) -> float:
    """Return the last commit less the end of the audio, seconds; never, where words were lost."""
    if not recording.reference_tokens or not recording.reference.seconds:
        return math.nan
    if lost:
        return NEVER
    last = max(step.emitted for step in recording.steps if step.update.committed)
    return last - recording.reference.seconds
