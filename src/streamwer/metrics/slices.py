"""Slices: error counts and latency on parts of the data, such as a language or a speaker."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from streamwer.metrics.error_rate import count_statuses, pool_character_errors
from streamwer.metrics.stats.quantiles import Quantile, estimate_quantile
from streamwer.metrics.tables import name_block_unit
from streamwer.metrics.word_errors import CharErrors, WordErrors
from streamwer.text.words import is_unspaced

Kind = Literal["language", "condition", "speaker", "length", "position"]

LENGTH_BANDS = {
    10: "up to 10 s",
    30: "10 to 30 s",
    120: "30 s to 2 min",
    600: "2 to 10 min",
    math.inf: "over 10 min",
}
"""Bands of recording length by their longest, in seconds."""
UNKNOWN_LANGUAGE = "not said"
"""Language of the recordings whose language is not known, beside others whose is."""
_MAX_TEXTS = 1000
POSITIONS = ("first third", "middle third", "last third")


@dataclass(frozen=True)
class Slice:
    """The words of the recordings, or of the part of each, that have something in common.

    Attributes:
        kind: what they have in common.
        name: the language, the condition, the speaker, the band of lengths, or the third of the
            call.
        recordings: how many recordings have words in it.
        errors: pooled word error counts.
        p50: median commit latency in seconds, without an interval.
        p95: the same at 95 %; None where the slice has too few words.
        coverage: share of its timed reference words that were emitted; NaN without such words.
        characters: pooled character error counts; None for a part of each recording, where they
            are not known.
        unspaced: whether most of what was said is written without spaces between words, so that
            the character error rate is the one to look at.
    """

    kind: Kind
    name: str
    recordings: int
    errors: WordErrors
    p50: Quantile
    p95: Quantile
    coverage: float
    characters: CharErrors | None = None
    unspaced: bool = False


def summarise_slices(recordings: pd.DataFrame, words: pd.DataFrame) -> tuple[Slice, ...]:
    """Summarise all slices of a system's tables, kind by kind.

    By language only where the data set names one, by speaker only where it names speakers. A
    recording without a word, said or heard, is in no slice.
    """
    by_name = recordings.set_index("recording")
    seconds = by_name["seconds"].reindex(words["recording"])
    shared: dict[Kind, NDArray[Any] | pd.Categorical] = {
        "language": _get_languages(by_name).reindex(words["recording"]).to_numpy(),
        "condition": words["condition"].to_numpy(),
        "speaker": words["speaker"].to_numpy(),
        "length": _assign_length_bands(seconds.to_numpy(float)),
        "position": _assign_thirds(words),
    }
    if name_block_unit(recordings) != "speaker":
        del shared["speaker"]
    if not any(_get_languages(by_name)):
        del shared["language"]
    return tuple(
        _summarise_slice(kind, str(name), rows, by_name)
        for kind, values in shared.items()
        for name, rows in words.groupby(values, observed=True)
    )


def _summarise_slice(kind: Kind, name: str, words: pd.DataFrame, recordings: pd.DataFrame) -> Slice:
    whole = recordings.loc[words["recording"].unique()]
    timed = words[words["end"].notna()]
    late = (timed["committed"] - timed["end"]).dropna().to_numpy(float)
    came = np.isfinite(timed["committed"].to_numpy(float))
    return Slice(
        kind=kind,
        name=name,
        recordings=words["recording"].nunique(),
        errors=count_statuses(words["status"]),
        p50=estimate_quantile(late, 0.5),
        p95=estimate_quantile(late, 0.95),
        coverage=float(came.mean()) if len(came) else math.nan,
        characters=None if kind == "position" else pool_character_errors(whole),
        unspaced=kind == "language" and is_mostly_unspaced(whole["reference"]),
    )


def is_mostly_unspaced(texts: Iterable[str]) -> bool:
    """Tell whether most letters of the first texts are of scripts without spaces."""
    letters = [letter for text in islice(texts, _MAX_TEXTS) for letter in text if letter.isalpha()]
    return 2 * sum(map(is_unspaced, letters)) > len(letters)


def _get_languages(recordings: pd.DataFrame) -> pd.Series[str]:
    """Return each recording's language; "not said" where only others have one."""
    if "language" not in recordings or not recordings["language"].any():
        return pd.Series("", index=recordings.index)
    return recordings["language"].replace("", UNKNOWN_LANGUAGE)


def _assign_length_bands(seconds: NDArray[np.float64]) -> pd.Categorical:
    at = np.searchsorted(np.array(list(LENGTH_BANDS)), seconds)
    return pd.Categorical.from_codes(at, list(LENGTH_BANDS.values()), ordered=True)


def _assign_thirds(words: pd.DataFrame) -> pd.Categorical:
    """Assign words to thirds by the count of reference words, insertions by their place."""
    spoken = words["word"].notna().groupby(words["recording"]).transform("sum").to_numpy()
    third = np.minimum(3 * words["index"].to_numpy() // np.maximum(spoken, 1), 2)
    return pd.Categorical.from_codes(third, list(POSITIONS), ordered=True)
