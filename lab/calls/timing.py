"""When each word of a spoken sentence begins and ends, from the voice's own phoneme durations.

The sound of a phoneme comes a little before the time that the durations give it: `LEAD_S`, as
measured at fricatives within words, whose edges can be heard (see `landmarks`). Two words that run
into each other meet in the space between them, a quarter into it, as fricatives on either side of
one show. Beside a pause a word begins and ends where it can be heard: a voice gives the silence to
the phonemes around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lab.calls.phonemes import PAUSES, is_sound
from lab.calls.synthesis import Phoneme, Speech
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.types import Word

LEAD_S = {"kokoro": 0.05, "piper": 0.012}
"""By how much a voice's sound is ahead of its durations: two frames of Kokoro, one of Piper."""
_SPACE_SHARE = 0.25
FRAME_S = 0.01
AUDIBLE_DB = -40.0
"""A frame is heard if its level is above this, relative to the loudest one of the sentence."""
_SHORTEST_PAUSE_S = 0.04
_LONGEST_CLOSURE_S = 0.15
"""Without a comma, a silence up to this length is a consonant's closure."""

Flags = NDArray[np.bool_]


def time_words(sentence: str, speech: Speech, lead_s: float) -> tuple[Word, ...]:
    """Give each word of a sentence its start and end, in seconds from the start of its sound.

    Args:
        sentence: its text; words are what spaces part.
        speech: the sentence as it was spoken.
        lead_s: by how much its sound is ahead of its phonemes' times.
    """
    groups = group_words(speech.phonemes, lead_s)
    heard = find_audible_frames(speech.samples)
    frames = np.flatnonzero(heard)
    edges = [float(frames[0] * FRAME_S)]
    for one, other in pairwise(groups):
        edges += _place_boundary(one, other, heard, edges[-1])
    edges.append(float((frames[-1] + 1) * FRAME_S))
    return tuple(
        Word(text, round(start, 3), round(end, 3))
        for text, start, end in zip(sentence.split(), edges[::2], edges[1::2], strict=True)
    )


def find_audible_frames(signal: Samples) -> Flags:
    """Tell for each frame of 10 ms whether it is heard; the last one may be shorter."""
    size = int(FRAME_S * SAMPLE_RATE)
    count = -(-len(signal) // size)
    padded = np.pad(signal, (0, count * size - len(signal))).reshape(count, size)
    power = np.mean(np.square(padded, dtype=np.float64), axis=1)
    heard: Flags = power > power.max() * 10 ** (AUDIBLE_DB / 10)
    return heard


def group_words(phonemes: Sequence[Phoneme], lead_s: float) -> list[list[Phoneme]]:
    """Phonemes by word, at the times of their sounds.

    The marks of a pause stay with the word before them; a space is left out.
    """
    groups: list[list[Phoneme]] = [[]]
    for phoneme in phonemes:
        if phoneme.symbol == " ":
            groups.append([])
        else:
            start, end = phoneme.start - lead_s, phoneme.end - lead_s
            groups[-1].append(Phoneme(phoneme.symbol, start, end))
    return groups


def _place_boundary(
    one: Sequence[Phoneme], other: Sequence[Phoneme], heard: Flags, begin: float
) -> tuple[float, float]:
    """End of a word that begins there, and start of the next one."""
    last = next(each for each in reversed(one) if is_sound(each.symbol))
    first = next(each for each in other if is_sound(each.symbol))
    shortest = _SHORTEST_PAUSE_S if one[-1].symbol in PAUSES else _LONGEST_CLOSURE_S
    silence = _find_longest_silence(heard, max(last.start, begin), first.end)
    if silence and silence[1] - silence[0] >= shortest:
        return silence
    edge = one[-1].end + _SPACE_SHARE * (other[0].start - one[-1].end)
    return edge, edge


def _find_longest_silence(heard: Flags, begin: float, end: float) -> tuple[float, float] | None:
    """The longest stretch between two times in which nothing is heard; none if it has none."""
    first = int(begin / FRAME_S)
    last = min(int(end / FRAME_S), int(np.flatnonzero(heard)[-1]) + 1)
    sounding = [first - 1, *(first + np.flatnonzero(heard[first:last])), last]
    one, other = max(pairwise(sounding), key=lambda pair: pair[1] - pair[0])
    if other - one <= 1:
        return None
    return float((one + 1) * FRAME_S), float(other * FRAME_S)
