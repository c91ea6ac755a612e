"""Assess an alignment, so that a wrong transcript gets no word times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.alignment.trimming import STRETCHED_S, Span, has_implausible_duration, measure_speech
from streamwer.config.alignment import ForcedConfig
from streamwer.types import Word

_LONG_WORD_S = 1.0  # few words last longer
_LEAST = 1e-9  # smallest probability whose logarithm is used


class AlignmentError(Exception):
    """A recording cannot be aligned and gets no word times; the message says why in a few words."""


@dataclass(frozen=True)
class AlignmentQuality:
    """Quality of the alignment of a recording.

    Attributes:
        information_gain: share of the text's surprisal that the audio removes:
            `1 - Σ log p(word | audio) / Σ log p(word | silence)`. Near 1 for the words that were
            said, near 0 or below for others, however well the model knows such texts.
        probability: mean of p(word | audio).
        implausible_durations: share of words shorter than 0.03 s or longer than 3 s.
        non_speech: share of words where voice activity detection finds no speech.
        unaligned_speech: share of the speech in no word, or in a word beyond the length of words:
            the transcript may lack a part.
    """

    information_gain: float
    probability: float
    implausible_durations: float
    non_speech: float
    unaligned_speech: float = 0.0


def assess_quality(
    words: Sequence[Word], guesses: Sequence[float], speech: Sequence[Span]
) -> AlignmentQuality:
    """Assess the quality of aligned words, of which there must be at least one.

    Args:
        words: with their times and p(word | audio).
        guesses: p(word | silence) of each word.
        speech: spans of speech, seconds.
    """
    spoken = [measure_speech(word, speech) for word in words]
    whole = sum(last - first for first, last in speech)
    aligned = sum(min(each, _LONG_WORD_S) for each in spoken)
    probabilities = [word.probability for word in words]
    return AlignmentQuality(
        information_gain=round(
            1 - _sum_surprisal(probabilities) / max(_sum_surprisal(guesses), _LEAST), 4
        ),
        probability=round(sum(probabilities) / len(words), 4),
        implausible_durations=round(sum(map(has_implausible_duration, words)) / len(words), 4),
        non_speech=round(spoken.count(0) / len(words), 4),
        unaligned_speech=round(1 - aligned / whole, 4) if whole else 1.0,
    )


def require_quality(
    quality: AlignmentQuality, words: Sequence[Word], config: ForcedConfig
) -> AlignmentQuality:
    """Check the quality against the limits of the config, and return it.

    Args:
        quality: of the alignment.
        words: that were aligned.
        config: with the limits.

    Raises:
        AlignmentError: a limit is exceeded; says which.
    """
    if quality.information_gain < config.min_information_gain:
        raise AlignmentError(
            "the transcript does not fit the audio: hearing it explains"
            f" {quality.information_gain:.0%} of the transcript to the aligner"
        )
    if (
        quality.implausible_durations > config.max_implausible_durations
        and not _is_single_short_word(words)
    ):
        raise AlignmentError(
            f"{quality.implausible_durations:.0%} of its words have no length or last over"
            f" {STRETCHED_S:g} s"
        )
    if quality.non_speech > config.max_non_speech:
        raise AlignmentError(f"no speech is heard where {quality.non_speech:.0%} of its words are")
    if quality.unaligned_speech > config.max_unaligned_speech:
        raise AlignmentError(
            f"its words do not account for {quality.unaligned_speech:.0%} of the speech: the"
            " transcript lacks a part, or others speak in the recording"
        )
    return quality


def _is_single_short_word(words: Sequence[Word]) -> bool:
    """Tell whether the only implausible word is one that is too short.

    In a short recording that is a large share, but no sign of a wrong transcript. A word that is
    too long is one: it covers speech that the transcript lacks.
    """
    implausible = [word for word in words if has_implausible_duration(word)]
    return (
        len(implausible) == 1 < len(words)
        and implausible[0].end - implausible[0].start <= STRETCHED_S
    )


def _sum_surprisal(probabilities: Sequence[float]) -> float:
    return -sum(math.log(min(1.0, max(each, _LEAST))) for each in probabilities)
