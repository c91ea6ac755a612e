"""How far placed words can be believed: a wrong transcript must get no times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.alignment.trimming import STRETCHED_S, Span, measure_speech, odd
from streamwer.alignment.unplaceable import UnplaceableError
from streamwer.config.alignment import ForcedConfig
from streamwer.types import Word

_LONG_WORD_S = 1.0  # few words last longer
_SURE = 1e-9  # below, a probability has no logarithm worth the name


@dataclass(frozen=True)
class Judgement:
    """What the placed words of a recording are like.

    Attributes:
        explained: which share of the surprise that the text holds for the aligner is gone once it
            hears the recording: `1 - Σ log p(word | audio) / Σ log p(word | silence)`. Near 1 for
            what was said; near 0, or below, for what was not. Does not depend on how well the
            model knows such texts.
        probability: mean over its words of p(word | audio).
        odd: share of words without a length (below 0.03 s), or longer than 3 s.
        silent: share of the words in whose time the voice detector hears no speech.
        unsaid: share of the speech that is in no word, or in a word beyond what words last: the
            transcript may lack a part.
    """

    explained: float
    probability: float
    odd: float
    silent: float
    unsaid: float = 0.0


def judge(words: Sequence[Word], guesses: Sequence[float], speech: Sequence[Span]) -> Judgement:
    """What some placed words are like; there must be one.

    Args:
        words: with p(word | audio).
        guesses: p(word | silence) of each.
        speech: where there is speech.
    """
    spoken = [measure_speech(word, speech) for word in words]
    whole = sum(last - first for first, last in speech)
    said = sum(min(each, _LONG_WORD_S) for each in spoken)
    heard = [word.probability for word in words]
    return Judgement(
        explained=round(1 - _surprise(heard) / max(_surprise(guesses), _SURE), 4),
        probability=round(sum(heard) / len(words), 4),
        odd=round(sum(map(odd, words)) / len(words), 4),
        silent=round(spoken.count(0) / len(words), 4),
        unsaid=round(1 - said / whole, 4) if whole else 1.0,
    )


def believed(judgement: Judgement, words: Sequence[Word], config: ForcedConfig) -> Judgement:
    """The judgement itself, if the words that it is of can be believed.

    Raises:
        UnplaceableError: they cannot; says what is wrong with them.
    """
    if judgement.explained < config.least_explained:
        raise UnplaceableError(
            f"the transcript does not fit the audio: hearing it explains {judgement.explained:.0%}"
            " of the transcript to the aligner"
        )
    if judgement.odd > config.most_odd and not _one_is_squeezed(words):
        raise UnplaceableError(
            f"{judgement.odd:.0%} of its words have no length or last over {STRETCHED_S:g} s"
        )
    if judgement.silent > config.most_silent:
        raise UnplaceableError(f"no speech is heard where {judgement.silent:.0%} of its words are")
    if judgement.unsaid > config.most_unsaid:
        raise UnplaceableError(
            f"its words do not account for {judgement.unsaid:.0%} of the speech: the transcript"
            " lacks a part, or others speak in the recording"
        )
    return judgement


def _one_is_squeezed(words: Sequence[Word]) -> bool:
    """Whether a single one is odd, for want of a length.

    In a short recording that is a large share, and no sign of a wrong transcript. One that lasts
    too long is: it stands over speech that the transcript lacks.
    """
    found = [word for word in words if odd(word)]
    return len(found) == 1 < len(words) and found[0].end - found[0].start <= STRETCHED_S


def _surprise(probabilities: Sequence[float]) -> float:
    return -sum(math.log(min(1.0, max(each, _SURE))) for each in probabilities)
