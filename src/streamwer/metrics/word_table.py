"""Words table of one recording: one row per reference token and one per inserted word."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamwer.formats.word_times import extract_letters
from streamwer.metrics.compounds import map_compounds
from streamwer.metrics.latency_split import PARTS, CommitTimes, split_latency
from streamwer.metrics.timeline import Emission
from streamwer.metrics.tokens import Token
from streamwer.text.word_alignment import Pair
from streamwer.text.words import join_words
from streamwer.types import Reference, Step, Word

NEVER = math.inf
COLUMNS = (
    "recording",
    "speaker",
    "condition",
    "index",
    "word",
    "heard",
    "status",
    "start",
    "end",
    "heard_start",
    "heard_end",
    "first_shown",
    "shown",
    "shown_raw",
    "revisions",
    "committed",
    "audio_end",
    "ready",
    "started",
    "end_of_turn_delay",
    *PARTS,
)
Columns = dict[str, NDArray[Any]]


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
    hyp = np.array([_find_hypothesis_token(pair, respelled) for pair in pairs], dtype=np.int64)
    columns = {
        "recording": _repeat(reference.recording, len(pairs)),
        "speaker": _repeat(
            reference.speaker or reference.source or reference.recording, len(pairs)
        ),
        "condition": _repeat(reference.condition, len(pairs)),
        "index": _number_tokens(ref),
        "status": np.array([pair.status for pair in pairs], dtype=object),
        "word": _pick([token.text for token in reference_tokens], ref, None, object),
        **_get_reference_times(reference, reference_tokens, ref),
        **_get_hypothesis_columns(hypothesis_tokens, emissions, hyp),
    }
    moments = CommitTimes(*(columns[name] for name in CommitTimes._fields))
    return columns | split_latency(moments, steps)


def _find_hypothesis_token(pair: Pair, respelled: Mapping[int, int]) -> int:
    """Find the hypothesis token of a pair; −1 if none.

    Of a deleted word it is the token in which it came nevertheless, in another spelling.
    """
    if pair.hypothesis is not None:
        return pair.hypothesis
    return -1 if pair.reference is None else respelled.get(pair.reference, -1)


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


def _get_reference_times(
    reference: Reference, tokens: Sequence[Token], at: NDArray[np.int64]
) -> Columns:
    """Return the times of the reference tokens; NaN for insertions and without word times."""
    words = reference.words
    start = [words[token.first].start if words else math.nan for token in tokens]
    end = [words[token.last].end if words else math.nan for token in tokens]
    return {"start": _pick(start, at, math.nan), "end": _pick(end, at, math.nan)}


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


def _number_tokens(reference: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the index of each reference token; of an insertion, that of the token after it."""
    return np.where(reference >= 0, reference, np.cumsum(reference >= 0))


def _pick(
    values: Sequence[Any], at: NDArray[np.int64], missing: Any = NEVER, dtype: Any = np.float64
) -> NDArray[Any]:
    """Return `values[at]`, and `missing` where `at` is −1."""
    padded = np.empty(len(values) + 1, dtype=dtype)
    padded[:-1], padded[-1] = values, missing
    return padded[at]


def _repeat(value: str, count: int) -> NDArray[Any]:
    return np.full(count, value, dtype=object)
