"""End of speech: the WER and the latency of the first text after a speaker has finished.

Artificial Analysis pairs both figures at two moments, the first text that is final and the first
of any kind, and takes the end of speech from a voice detector. Here it is the end of the last
reference word, which needs no audio.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.compounds import respace_tokens
from streamwer.metrics.registry import (
    Display,
    divide_columns,
    latency_metric,
    metric,
    pick_seconds,
    recording_columns,
)
from streamwer.metrics.tokens import Token
from streamwer.metrics.word_table import NEVER
from streamwer.text.words import join_scripts
from streamwer.types import Step, Word

_SECTION = "After the end of speech (AA-WER Streaming)"
_SOURCE = "AA-WER Streaming, Artificial Analysis 2026; end of speech by word times"
_WORDS, _FINAL, _ANY = "end_of_speech_words", "end_of_speech_final", "end_of_speech_any"


class Moment(NamedTuple):
    """What a listener read at a moment: the words, and when, seconds; never, if nothing."""

    at: float
    words: Sequence[Word]


@recording_columns
def measure_end_of_speech(recording: AlignedRecording) -> Mapping[str, float]:
    """Measure a recording's first texts after its speech; nothing without word times."""
    words = recording.reference.words
    if not words:
        empty = dict.fromkeys((_WORDS, f"{_FINAL}_errors", f"{_ANY}_errors"), 0.0)
        return {**empty, f"{_FINAL}_s": math.nan, f"{_ANY}_s": math.nan}
    end = max(word.end for word in words)
    columns = {_WORDS: float(len(recording.reference_tokens))}
    for name, tentative in ((_FINAL, False), (_ANY, True)):
        moment = find_text_after(recording.steps, end, tentative=tentative)
        columns[f"{name}_s"] = moment.at - end
        columns[f"{name}_errors"] = float(_count_errors(recording, moment.words))
    return columns


def find_text_after(steps: Sequence[Step], end: float, *, tentative: bool) -> Moment:
    """Find the first text shown at or after the end of speech, with all that was read then.

    Where nothing came later it is the last text before: the latency is negative then.

    Args:
        steps: of the recording.
        end: of the speech, seconds.
        tentative: whether text that is not final counts.
    """
    found, committed = Moment(NEVER, ()), list[Word]()
    for step in steps:
        committed += step.update.committed
        shown = step.update.tentative if tentative else ()
        if step.update.committed or shown:
            found = Moment(step.emitted, (*committed, *shown))
            if step.emitted >= end:
                break
    return found


def _count_errors(recording: AlignedRecording, words: Sequence[Word]) -> int:
    """Count the word errors of a text that was read at some moment."""
    if len(words) == len(recording.emissions) and all(
        word.text == emission.word.text
        for word, emission in zip(words, recording.emissions, strict=True)
    ):
        return Levenshtein.distance(recording.reference_texts, recording.hypothesis_texts)
    text = join_scripts([word.text for word in words])
    tokens = [Token(each, 0, 0) for each in recording.normaliser.tokenise(text)]
    if recording.normaliser.matches_compounds:
        tokens = respace_tokens(recording.reference_texts, tokens)
    return Levenshtein.distance(recording.reference_texts, [token.text for token in tokens])


for _name, _place, _label, _text, _read in (
    (_FINAL, 33, "First final", "final text", "final text"),
    (_ANY, 35, "First of any kind", "text", "text shown"),
):
    latency_metric(
        _name,
        source=_SOURCE,
        shown=Display(
            _SECTION,
            _place,
            _label,
            f"from the last word’s end to the first {_text}",
            percentiles=(50,),
            rule_label=f"first {_text} after speech",
        ),
        once=True,
    )(pick_seconds(f"{_name}_s"))
    metric(
        f"{_name}_wer",
        unit="errors per word",
        better="lower",
        source=_SOURCE,
        shown=Display(_SECTION, _place + 1, "WER then", f"of all {_read}", ".1%"),
    )(divide_columns(f"{_name}_errors", _WORDS))
