"""Invented words: what a recogniser makes of silence and noise.

Non-speech is a recording with an empty transcript, and where words have times, every pause of a
second or longer. An inserted word counts whose middle lies there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import (
    STABILITY,
    Display,
    Tables,
    get_column,
    metric,
    recording_columns,
)
from streamwer.metrics.stats.intervals import Floats
from streamwer.types import Reference, Word

MIN_PAUSE_S = 1.0
"""Shorter pauses are a part of speech, and word times are not exact."""
_WORDS, _SECONDS = "invented_words", "nonspeech_s"


@recording_columns
def build_invented_word_columns(recording: AlignedRecording) -> Mapping[str, float]:
    """Count a recording's invented words, and its seconds of non-speech."""
    inserted = recording.iterate_inserted_words()
    words, seconds = count_invented_words(recording.reference, inserted)
    return {_WORDS: words, _SECONDS: seconds}


@metric(
    "invented",
    unit="words per minute of non-speech",
    better="lower",
    source="ours",
    shown=Display(
        STABILITY,
        52,
        "Invented",
        "words per minute without speech",
        line="{:.2f} words per minute of non-speech",
    ),
    key="invented_per_minute",
)
def count_invented_parts(tables: Tables) -> tuple[Floats, Floats]:
    """Return the invented words and the minutes of non-speech of each recording that was streamed.

    NaN where scores of earlier versions do not say.
    """
    rows = tables.recordings
    done = (rows["failure"] == "").to_numpy()
    words, seconds = (np.where(done, get_column(rows, name), 0) for name in (_WORDS, _SECONDS))
    return words, seconds / 60


def count_invented_words(reference: Reference, inserted: Iterable[Word]) -> tuple[int, float]:
    """Count the inserted words of a recording that lie in non-speech, and the seconds of that."""
    middles = [(word.start + word.end) / 2 for word in inserted]
    if not reference.text.strip() and not reference.ignored_segments:
        return len(middles), reference.seconds  # wherever a log says that they are
    pauses = list(find_nonspeech(reference))
    words = sum(any(begin <= at < end for begin, end in pauses) for at in middles)
    return words, math.fsum(end - begin for begin, end in pauses)


def find_nonspeech(reference: Reference) -> Iterator[tuple[float, float]]:
    """Find where nobody speaks, as far as word times tell; not where nothing is scored."""
    if reference.text.strip() and not reference.words:
        return
    speech = [(word.start, word.end) for word in reference.words]
    at = 0.0
    for begin, end in sorted([*speech, *reference.ignored_segments, (reference.seconds, math.inf)]):
        if begin - at >= MIN_PAUSE_S:
            yield at, begin
        at = max(at, end)
