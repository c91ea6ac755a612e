"""What came of one system on one or several data sets: errors, latency, compute, inventions."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from lab.bench.playing import Played
from lab.bench.speech_sets import Span, SpeechSet
from streamwer.eventlog.log import EventLog
from streamwer.metrics.error_rate import pool_word_errors
from streamwer.metrics.latency import select_timed_words
from streamwer.metrics.tables import Scores, score
from streamwer.metrics.word_errors import WordErrors, get_plain_rate
from streamwer.recognisers.log_mel import FRAMES_PER_SECOND
from streamwer.text.normalise import get_normaliser
from streamwer.types import StageTimes, Step, Word, WorkCounters

NORMALISER = "whisper_english"
TOLERANCE_S = 0.5
"""So far into a pause a word's time may reach: a recogniser hears no word's end to the instant."""


@dataclass(frozen=True)
class Outcome:
    """What one system made of one data set.

    Attributes:
        speech: the data set.
        played: what the system did with each of its recordings, by name.
    """

    speech: SpeechSet
    played: Mapping[str, Played]

    def take(self, names: Container[str]) -> Outcome:
        """Take some of its recordings, by name."""
        played = {name: each for name, each in self.played.items() if name in names}
        return self if len(played) == len(self.played) else Outcome(self.speech.take(names), played)

    @cached_property
    def scores(self) -> Scores:
        """The recordings and their words, scored."""
        steps = tuple(step for each in self.played.values() for step in each.steps)
        references = [call.reference for call in self.speech.calls]
        return score(references, EventLog(steps), get_normaliser(NORMALISER))

    @property
    def errors(self) -> WordErrors:
        """Pooled word errors."""
        return pool_word_errors(self.scores.recordings)

    @property
    def late(self) -> list[float]:
        """Commit latency of each word, seconds: infinite where it never came.

        Where it is not known when a recording's words were spoken, the system's own times serve.
        """
        words = select_timed_words(self.scores.words)
        known = [float(late) for late in words["committed"] - words["end"]]
        untimed = [call.name for call in self.speech.calls if not call.reference.words]
        return known + [
            step.emitted - word.end
            for name in untimed
            for step in self.played[name].steps
            for word in step.update.committed
        ]

    @property
    def in_pauses(self) -> list[str]:
        """The words that were committed as if spoken in a pause, each with its recording."""
        return [
            f"{name}: {word.text.strip()} ({word.start:.1f} s)"
            for name, pauses in self.speech.pauses.items()
            for word in list_inserted(_list_committed_words(self.played[name].steps), pauses)
        ]

    @property
    def lost_last_words(self) -> set[str]:
        """The recordings whose last word was not heard at all.

        Of a word said twice and heard once ("bye bye"), chance decides which one was aligned.
        """
        words = self.scores.words
        said, heard = (
            words[words["status"] != other].groupby("recording").last()
            for other in ("inserted", "deleted")
        )
        lost = said[said["status"] == "deleted"]
        normalise = get_normaliser(NORMALISER).apply
        last = heard["heard"].reindex(lost.index).fillna("").map(normalise)
        return set(lost.index[lost["word"] != last])


@dataclass(frozen=True)
class Work:
    """What a system asked of its recogniser, per second of audio.

    Attributes:
        stages: seconds of compute by stage.
        decodings: calls in which something was decoded.
        encoder_s: seconds that the encoder heard, padding included.
        tokens: decoded tokens.
    """

    stages: Mapping[str, float]
    decodings: float
    encoder_s: float
    tokens: float


class Figures:
    """The figures of one system over several data sets, pooled.

    Args:
        outcomes: one for each data set, by its name.
    """

    def __init__(self, outcomes: Mapping[str, Outcome]) -> None:
        self.outcomes = outcomes
        self._played = [each for one in outcomes.values() for each in one.played.values()]

    def share(self, other: Figures) -> Figures:
        """Take the recordings that another system has played, too."""
        return Figures(
            {name: each.take(other.outcomes[name].played) for name, each in self.outcomes.items()}
        )

    @cached_property
    def errors(self) -> WordErrors:
        """Word errors of all sets."""
        return sum((each.errors for each in self.outcomes.values()), WordErrors())

    @property
    def wer(self) -> float:
        """Pooled word error rate, as a fraction."""
        return get_plain_rate(self.errors)

    @property
    def recogniser_s(self) -> float:
        """Compute of all recogniser calls, seconds of processor time."""
        return sum(each.recogniser_s for each in self._played)

    @property
    def framework_share(self) -> float:
        """Time outside the recogniser's calls over time in them."""
        return sum(each.own_s for each in self._played) / self.recogniser_s

    @property
    def seconds(self) -> float:
        """Length of the audio."""
        return sum(each.speech.seconds for each in self.outcomes.values())

    @property
    def in_pauses(self) -> list[str]:
        """The words committed in pauses, over all sets."""
        return [word for each in self.outcomes.values() for word in each.in_pauses]

    @cached_property
    def late(self) -> list[float]:
        """Commit latency of every word, seconds."""
        return [late for each in self.outcomes.values() for late in each.late]

    def find_latency(self, share: float) -> float | None:
        """The latency that so large a share of the words keeps; None where too many never came."""
        return find_quantile(self.late, share)

    def work(self) -> Work:
        """What the system asked of its recogniser."""
        steps = [step for each in self._played for step in each.steps]
        compute = sum((step.compute for step in steps), StageTimes())
        effort = sum((step.effort for step in steps), WorkCounters())
        return Work(
            stages={f.name: getattr(compute, f.name) / self.seconds for f in fields(compute)},
            decodings=sum(step.effort.encoder_frames > 0 for step in steps) / self.seconds,
            encoder_s=effort.encoder_frames / FRAMES_PER_SECOND / self.seconds,
            tokens=effort.decoded_tokens / self.seconds,
        )


def list_lost(figures: Figures, reference: Figures) -> list[str]:
    """List the recordings whose last word a system lost although the reference system has it."""
    return [
        name
        for data_set, outcome in figures.outcomes.items()
        for name in sorted(outcome.lost_last_words - reference.outcomes[data_set].lost_last_words)
    ]


def list_inserted(words: Iterable[Word], pauses: Sequence[Span]) -> list[Word]:
    """List the words whose middle lies inside a pause, further than their times can be off."""
    return [
        word
        for word in words
        if any(
            begin + TOLERANCE_S < (word.start + word.end) / 2 < end - TOLERANCE_S
            for begin, end in pauses
        )
    ]


def find_quantile(values: Sequence[float], share: float) -> float | None:
    """Find the least value that so large a share of them does not exceed; None if infinite."""
    if not values:
        return None
    found = float(np.quantile(values, share, method="inverted_cdf"))
    return found if math.isfinite(found) else None


def subtract_rates(one: WordErrors, other: WordErrors) -> float:
    """Subtract one error rate from another, in points."""
    return 100 * (get_plain_rate(one) - get_plain_rate(other))


def _list_committed_words(steps: Sequence[Step]) -> list[Word]:
    return [word for step in steps for word in step.update.committed]
