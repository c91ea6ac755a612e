"""Words table of one recording: one row per reference token and one per inserted word."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamwer.formats.word_times import extract_letters
from streamwer.metrics.compounds import map_compounds
from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.timeline import Emission
from streamwer.metrics.tokens import Token
from streamwer.text.word_alignment import Pair
from streamwer.text.words import join_words
from streamwer.types import Reference, Step, Word

NEVER = math.inf
PARTS = ("waiting", "held", "queued", "computed")
"""Of a commit latency."""
COLUMNS = (
    *("recording", "speaker", "condition", "index", "word", "heard", "status"),
    *("start", "end", "heard_start", "heard_end"),
    *("first_shown", "shown", "shown_raw", "revisions"),
    *("committed", "audio_end", "ready", "started", "end_of_turn_delay", *PARTS),
)
Columns = dict[str, NDArray[Any]]


class CommitTimes(NamedTuple):
    """The end of each word, and the times of the step that committed it; shape (words,)."""

    end: Floats
    audio_end: Floats
    ready: Floats
    started: Floats
    committed: Floats


def build_word_rows(
    reference: Reference,
    reference_tokens: Sequence[Token],
    hypothesis_tokens: Sequence[Token],
    pairs: Sequence[Pair],
    emissions: Sequence[Emission],
    steps: Sequence[Step],
) -> Columns:
    """Build the rows of one recording, by column, in the order of the alignment.

    Args:
        reference: of the recording.
        reference_tokens: its tokens.
        hypothesis_tokens: the tokens of the committed words.
        pairs: how both are aligned.
        emissions: the committed words.
        steps: the steps of the recording.
    """
    ref = np.array([-1 if p.reference is None else p.reference for p in pairs], dtype=np.int64)
    compounds = map_compounds(
        [t.text for t in reference_tokens], [t.text for t in hypothesis_tokens], pairs
    )
    respelled = compounds | _map_contractions(
        reference.words, reference_tokens, hypothesis_tokens, pairs, emissions
    )
    # Of a deleted word: the token in which it came nevertheless, in another spelling.
    heard = [
        respelled.get(at, -1) if pair.hypothesis is None else pair.hypothesis
        for pair, at in zip(pairs, ref.tolist(), strict=True)
    ]
    hyp = np.array(heard, dtype=np.int64)
    columns = {
        "status": np.array([pair.status for pair in pairs], dtype=object),
        **_get_reference_columns(reference, reference_tokens, ref),
        **_get_hypothesis_columns(hypothesis_tokens, emissions, hyp),
    }
    moments = CommitTimes(*(columns[name] for name in CommitTimes._fields))
    return columns | split_latency(moments, steps)


def _map_contractions(
    words: Sequence[Word],
    reference_tokens: Sequence[Token],
    hypothesis_tokens: Sequence[Token],
    pairs: Sequence[Pair],
    emissions: Sequence[Emission],
) -> dict[int, int]:
    """Map the tokens of a contraction to the token of the same letters, "won't" to "wont".

    Some normalisers expand the one ("will not") and not the other.
    """
    if not words:
        return {}
    found = [(p.reference, p.hypothesis) for p in pairs if p.reference is not None]
    deleted = {reference_tokens[ref].first for ref, hyp in found if hyp is None}
    found_by_word: dict[int, int] = {}
    for ref, hyp in found:
        word = reference_tokens[ref].first
        if hyp is not None and word in deleted:
            heard = emissions[hypothesis_tokens[hyp].last].word.text
            if extract_letters(heard) == extract_letters(words[word].text):
                found_by_word[word] = hyp
    return {
        at: found_by_word[token.first]
        for at, token in enumerate(reference_tokens)
        if token.first in found_by_word
    }


def concatenate_rows(recordings: Sequence[Columns]) -> Columns:
    """Concatenate the columns of recordings; those that are given are emptied."""
    if not recordings:
        return {name: np.array([]) for name in COLUMNS}
    # Column by column, so that two copies of the whole are never there at once.
    return {name: np.concatenate([each.pop(name) for each in recordings]) for name in COLUMNS}


def _get_reference_columns(
    reference: Reference, tokens: Sequence[Token], at: NDArray[np.int64]
) -> Columns:
    """Return what was said, and when: NaN for insertions and without word times."""
    words = reference.words
    start = [words[token.first].start if words else math.nan for token in tokens]
    end = [words[token.last].end if words else math.nan for token in tokens]
    of_all = {
        "recording": reference.recording,
        "speaker": reference.speaker or reference.source or reference.recording,
        "condition": reference.condition,
    }
    return {
        **{name: np.full(len(at), text, dtype=object) for name, text in of_all.items()},
        "index": np.where(at >= 0, at, np.cumsum(at >= 0)),  # of an insertion, the next one's
        "word": _pick([token.text for token in tokens], at, None, object),
        "start": _pick(start, at, math.nan),
        "end": _pick(end, at, math.nan),
    }


def _get_hypothesis_columns(
    tokens: Sequence[Token], emissions: Sequence[Emission], at: NDArray[np.int64]
) -> Columns:
    """Return what was emitted, and when: a token of several words with the last of them."""
    last = [emissions[token.last] for token in tokens]
    steps = [emission.committed for emission in last]
    runs = [emissions[token.first : token.last + 1] for token in tokens]
    return {
        "heard": _pick([join_words(e.word.text for e in run) for run in runs], at, None, object),
        "heard_start": _pick([run[0].word.start for run in runs], at, math.nan),
        "heard_end": _pick([emission.word.end for emission in last], at, math.nan),
        "first_shown": _pick([min(e.first_shown.emitted for e in run) for run in runs], at),
        "shown": _pick([max(e.shown.emitted for e in run) for run in runs], at),
        "shown_raw": _pick([max(e.shown_raw.emitted for e in run) for run in runs], at),
        "revisions": _pick([sum(e.revisions for e in run) for run in runs], at, 0, np.int64),
        "committed": _pick([step.emitted for step in steps], at),
        "audio_end": _pick([step.audio_end for step in steps], at),
        "ready": _pick([step.ready for step in steps], at),
        "started": _pick([step.start for step in steps], at),
    }


def _pick(
    values: Sequence[Any], at: NDArray[np.int64], missing: Any = NEVER, dtype: Any = np.float64
) -> NDArray[Any]:
    """Return `values[at]`, and `missing` where `at` is −1."""
    padded = np.empty(len(values) + 1, dtype=dtype)
    padded[:-1], padded[-1] = values, missing
    return padded[at]


def split_latency(words: CommitTimes, steps: Sequence[Step]) -> dict[str, Floats]:
    """Split `committed − end` into four parts, in seconds, each of shape (words,).

    With h the first step that heard the word to its end, and c the one that committed it:
    waiting = max(ready_h, end) − end, held = max(ready_c, end) − max(ready_h, end),
    queued = start_c − max(ready_c, end), computed = emitted_c − start_c. A word that was committed
    before it was heard to its end has waiting = ready_c − end, which may be negative, and was not
    held. NaN where the word was not emitted or its end is not known.
    """
    known = np.isfinite(words.committed) & np.isfinite(words.end)
    complete = words.audio_end >= words.end
    with np.errstate(invalid="ignore"):
        ready = np.where(complete, np.maximum(words.ready, words.end), words.ready)
        first = np.where(
            complete, np.maximum(_find_first_ready(words.end, steps), words.end), words.ready
        )
        parts = (
            first - words.end,
            ready - first,
            words.started - ready,
            words.committed - words.started,
        )
    return {name: np.where(known, part, np.nan) for name, part in zip(PARTS, parts, strict=True)}


def _find_first_ready(end: Floats, steps: Sequence[Step]) -> Floats:
    """Return when the first step that heard up to `end` was ready; NaN where none did."""
    audio = np.maximum.accumulate(np.array([*(step.audio_end for step in steps), np.inf]))
    ready = np.array([*(step.ready for step in steps), np.nan])
    found: Floats = ready[np.searchsorted(audio, end).clip(max=len(ready) - 1)]
    return found
