"""Score an event log: one row per recording, one row per reference token or inserted word.

Every figure follows from these two tables. A recording that failed has all its words
deleted, and a word that was never emitted is infinitely late: both stay in every
denominator.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from streamwer._util.garbage import paused
from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.metrics import word_table
from streamwer.metrics.alignment import Pair, align, align_by_time, character_errors, count
from streamwer.metrics.compounds import respace
from streamwer.metrics.ignored_segments import scored
from streamwer.metrics.invented import count_invented
from streamwer.metrics.lag import lag_slope
from streamwer.metrics.partials import partials
from streamwer.metrics.simulst_latency import lagging_row
from streamwer.metrics.time_alignment import Tokens
from streamwer.metrics.timeline import Emission, emissions, erased
from streamwer.metrics.tokens import Token, alone, attribute
from streamwer.metrics.word_table import NEVER, Columns
from streamwer.text.alternatives import choose_readings
from streamwer.text.normalise import Normaliser
from streamwer.text.words import join_scripts, joined
from streamwer.types import Compute, Effort, Reference, Step, Word


@dataclass(frozen=True)
class Scores:
    """The two tables of one system.

    Attributes:
        recordings: one row per recording: error counts, text, timing, cost.
        words: one row per reference token, in order, and one per inserted word, which has no
            `word` and no `end`: figures over reference words leave those rows out.
    """

    recordings: pd.DataFrame
    words: pd.DataFrame


@paused()
def score(references: Sequence[Reference], log: EventLog, normaliser: Normaliser) -> Scores:
    """Score one system's log against the manifest it was run on.

    Recordings that the log does not mention count as failed.

    Raises:
        LogError: there are no references.
    """
    if not references:
        raise LogError("there are no references to score the log against")
    steps = log.by_recording()
    reasons = {failure.recording: failure.reason for failure in log.failures}
    played = ((reference, steps.get(reference.recording, ())) for reference in references)
    return tables(played, reasons, normaliser)


def tables(
    played: Iterable[tuple[Reference, Sequence[Step]]],
    reasons: Mapping[str, str],
    normaliser: Normaliser,
) -> Scores:
    """The scores of recordings, each with its steps, if the log has any.

    Args:
        played: one recording or more.
        reasons: of those that failed, by id.
        normaliser: of both texts.
    """
    recordings: list[dict[str, Any]] = []
    words: list[Columns] = []
    for reference, every in played:
        steps = scored(every, reference.unscored)
        missing = "" if steps else "the event log does not mention it"
        reason = reasons.get(reference.recording, missing)
        heard = _Heard(reference, [] if reason else steps, normaliser)
        recordings.append(
            _recording(heard, reason)
            | lagging_row(heard.reference, heard.said, normaliser.of(reference.language))
        )
        words.append(heard.rows)
    return Scores(
        pd.DataFrame(recordings),
        pd.DataFrame(word_table.table(words), columns=list(word_table.COLUMNS)),
    )


def sources(recordings: pd.DataFrame) -> pd.Series[str]:
    """Of each row of a recordings table, the recording that it is or is an altered copy of.

    Copies are hard or easy together, and late together: they count as one.
    """
    return recordings["source" if "source" in recordings else "recording"]


def block_noun(recordings: pd.DataFrame) -> str:
    """What the blocks of every interval are: speakers, or recordings where none is named."""
    return "recording" if recordings["speaker"].equals(sources(recordings)) else "speaker"


def clusters(names: pd.Series[str], recordings: pd.DataFrame) -> NDArray[np.int64]:
    """For each of some names of recordings the number of its speaker, 0 … k−1.

    Where no speaker is named, that of the recording that it is or is an altered copy of.

    Args:
        names: of recordings, one per row, shape (rows,).
        recordings: the recordings table, which says who speaks.
    """
    known = dict(zip(recordings["recording"], recordings["speaker"], strict=True))
    numbers: NDArray[np.int64] = pd.factorize(names.map(known), sort=True)[0].astype(np.int64)
    return numbers


class _Heard:
    """One recording: what was said, what was heard, and how both are aligned."""

    def __init__(self, reference: Reference, steps: Sequence[Step], normaliser: Normaliser) -> None:
        self.normaliser = normaliser = normaliser.of(reference.language)
        self.said = emissions(steps, partial(alone, normaliser))
        emitted = [emission.word.text for emission in self.said]
        self.text, heard = joined(emitted), join_scripts(emitted)
        reference = _read_nearest(reference, heard, normaliser)
        self.reference, self.steps = reference, steps
        raw = [word.text for word in reference.words] or [reference.text]
        self.spoken = attribute(join_scripts([reference.text]), raw, normaliser)
        self.heard = attribute(heard, emitted, normaliser)
        if normaliser.joins:
            self.heard = respace(_texts(self.spoken), self.heard)
        self.pairs = self._aligned()
        self.rows = word_table.rows(
            reference, self.spoken, self.heard, self.pairs, self.said, steps
        )

    def _aligned(self) -> list[Pair]:
        spoken, heard = _texts(self.spoken), _texts(self.heard)
        words = self.reference.words
        if not words:
            return align(spoken, heard)
        return align_by_time(
            Tokens(spoken, [words[token.last].end for token in self.spoken]),
            Tokens(heard, [_heard_by(self.said[token.last]) for token in self.heard]),
        )


def _read_nearest(reference: Reference, heard: str, normaliser: Normaliser) -> Reference:
    """Take the reading of optional words and alternatives that is nearest to what was heard."""
    if reference.words or not reference.readings:
        return reference
    tokens = normaliser.tokens(heard)
    (text,) = choose_readings([reference.readings], tokens, normaliser.tokens)
    return replace(reference, text=text)


def _heard_by(emission: Emission) -> float:
    """When a word ended, to the recogniser; to one that gives no times, where it was shown."""
    return emission.word.end or emission.shown.audio_end


def _texts(tokens: Sequence[Token]) -> list[str]:
    return [token.text for token in tokens]


def _recording(heard: _Heard, reason: str) -> dict[str, Any]:
    reference, steps = heard.reference, heard.steps
    errors = count(heard.pairs)
    characters = character_errors(_texts(heard.spoken), _texts(heard.heard))
    tentative, slope = partials(steps), lag_slope(steps)
    spoken = reference.words
    return {
        "recording": reference.recording,
        "source": reference.source or reference.recording,
        "speaker": reference.speaker or reference.source or reference.recording,
        "condition": reference.condition,
        "language": reference.language,
        "seconds": reference.seconds,
        "failure": reason,
        "reference": reference.text,
        "hypothesis": heard.text,
        **asdict(errors),
        **{f"char_{kind}": number for kind, number in asdict(characters).items()},
        "final_words": len(heard.said),
        "erased_words": erased(steps, partial(alone, heard.normaliser)),
        "erased_raw": erased(steps),
        "partial_words": tentative.shown,
        "unstable_words": tentative.unstable,
        "lag_slope": slope.value,
        "lag_spread": slope.spread,
        "forced_words": sum(step.update.forced for step in steps),
        "cut_words": sum(step.update.cut for step in steps),
        "steps": len(steps),
        **count_invented(reference, _inserted(heard)).row(),
        "first_text": _first_shown(steps) - spoken[0].end if spoken else math.nan,
        "finalisation": _finalisation(heard),
        **_spent(steps),
    }


def _inserted(heard: _Heard) -> Iterator[Word]:
    for pair in heard.pairs:
        if pair.reference is None and pair.hypothesis is not None:
            yield heard.said[heard.heard[pair.hypothesis].last].word


def _spent(steps: Sequence[Step]) -> dict[str, float]:
    """Seconds of compute by stage, and the effort; summed field by field, which is quick."""
    seconds = {
        f"{stage.name}_s": math.fsum(getattr(step.compute, stage.name) for step in steps)
        for stage in fields(Compute)
    }
    effort = {
        each.name: sum(getattr(s.effort, each.name) for s in steps) for each in fields(Effort)
    }
    return seconds | effort


def _first_shown(steps: Sequence[Step]) -> float:
    shown = (s.emitted for s in steps if s.update.committed or s.update.tentative)
    return next(shown, NEVER)


def _finalisation(heard: _Heard) -> float:
    """From the end of the last word to the last commit; never, if that word was not emitted."""
    if not heard.reference.words or not heard.spoken:
        return math.nan
    last = max(at for at, pair in enumerate(heard.pairs) if pair.reference is not None)
    if heard.rows["committed"][last] == NEVER:
        return NEVER
    end = heard.reference.words[heard.spoken[-1].last].end
    return max(step.emitted for step in heard.steps if step.update.committed) - end
