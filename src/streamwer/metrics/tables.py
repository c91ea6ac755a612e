"""The scored tables: one row per recording, one row per reference token or inserted word.

Every figure follows from these two tables. A word that was never emitted is deleted, and infinitely
late; so are all words of a recording that failed, but those that came before. Both stay in every
denominator.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from streamwer._util.garbage import pause_garbage_collection
from streamwer.config.scoring import ScoringConfig
from streamwer.errors import LogError
from streamwer.eventlog.log import SERVER_CPU, EventLog
from streamwer.metrics import word_table
from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import compute_columns
from streamwer.text.normalise import Normaliser
from streamwer.types import Reference, Step, Word


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


@pause_garbage_collection()
def score(
    references: Sequence[Reference],
    log: EventLog,
    normaliser: Normaliser,
    turn_pause_s: float = ScoringConfig.turn_pause_s,
) -> Scores:
    """Score one system's log against the manifest it was run on.

    Recordings that the log does not mention count as failed.

    Args:
        references: one per recording.
        log: of the system.
        normaliser: of both texts.
        turn_pause_s: pause that ends a turn of a reference without segments, seconds.

    Raises:
        LogError: there are no references.
    """
    if not references:
        raise LogError("there are no references to score the log against")
    steps = log.group_by_recording()
    reasons = {failure.recording: failure.reason for failure in log.failures}
    played = ((reference, steps.get(reference.recording, ())) for reference in references)
    cpu = read_server_cpu(log.machine)
    return score_recordings(played, reasons, normaliser, turn_pause_s, cpu)


def score_recordings(
    played: Iterable[tuple[Reference, Sequence[Step]]],
    reasons: Mapping[str, str],
    normaliser: Normaliser,
    turn_pause_s: float = ScoringConfig.turn_pause_s,
    cpu: Mapping[str, float] | None = None,
) -> Scores:
    """Score recordings, each with its steps, if the log has any.

    Args:
        played: one recording or more.
        reasons: of those that failed, by id.
        normaliser: of both texts.
        turn_pause_s: as of `score`.
        cpu: processor time of a server, seconds by id, where it is known.
    """
    recordings: list[dict[str, Any]] = []
    words: list[word_table.Columns] = []
    for reference, every in played:
        steps = drop_ignored_words(every, reference.ignored_segments)
        missing = "" if steps else "the event log does not mention it"
        reason = reasons.get(reference.recording, missing)
        aligned = AlignedRecording(reference, steps, normaliser, turn_pause_s)
        spent = {SERVER_CPU: cpu.get(reference.recording, math.nan)} if cpu else {}
        recordings.append(_build_recording_row(aligned, reason) | spent)
        words.append(aligned.rows)
    return Scores(
        pd.DataFrame(recordings),
        pd.DataFrame(word_table.concatenate_rows(words), columns=list(word_table.COLUMNS)),
    )


def drop_ignored_words(
    steps: Sequence[Step], ignored_segments: Sequence[tuple[float, float]]
) -> Sequence[Step]:
    """Drop the words, committed or tentative, that lie in segments which are not scored.

    As NIST's sclite does with segments that an STM marks IGNORE_TIME_SEGMENT_IN_SCORING: a word is
    where its middle is. A segment is its begin and its end, seconds; the end is not in it.
    """
    if not ignored_segments:
        return steps

    def keep(words: Sequence[Word]) -> tuple[Word, ...]:
        middles = [(word.start + word.end) / 2 for word in words]
        return tuple(
            word
            for word, at in zip(words, middles, strict=True)
            if not any(begin <= at < end for begin, end in ignored_segments)
        )

    updates = [
        replace(each, committed=keep(each.committed), tentative=keep(each.tentative))
        for each in (step.update for step in steps)
    ]
    return [replace(step, update=update) for step, update in zip(steps, updates, strict=True)]


def read_server_cpu(machine: Mapping[str, Any]) -> Mapping[str, float]:
    """Read a server's processor seconds of each recording from a log's facts; empty if unknown."""
    found: Mapping[str, float] = json.loads(machine.get(SERVER_CPU, "{}"))
    return found


def _build_recording_row(recording: AlignedRecording, reason: str) -> dict[str, Any]:
    reference, steps = recording.reference, recording.steps
    return {
        "recording": reference.recording,
        "source": reference.source or reference.recording,
        "speaker": reference.speaker or reference.source or reference.recording,
        "condition": reference.condition,
        "language": reference.language,
        "seconds": reference.seconds,
        "failure": reason,
        "reference": reference.text,
        "hypothesis": recording.text,
        "forced_words": sum(step.update.forced for step in steps),
        "cut_words": sum(step.update.cut for step in steps),
        "steps": len(steps),
        **compute_columns(recording),
    }


def get_source_ids(recordings: pd.DataFrame) -> pd.Series[str]:
    """Return for each recording the one that it is or is an altered copy of.

    Copies are hard or easy together, and late together: they count as one.
    """
    return recordings["source" if "source" in recordings else "recording"]


def name_block_unit(recordings: pd.DataFrame) -> str:
    """Return the noun of the intervals' blocks: speaker, or recording where none is named."""
    return "recording" if recordings["speaker"].equals(get_source_ids(recordings)) else "speaker"


def number_speakers(names: pd.Series[str], recordings: pd.DataFrame) -> NDArray[np.int64]:
    """Number the speakers of recordings by name, shape (rows,): 0 … k−1, of the same shape.

    Where no speaker is named, a recording and its altered copies count as one speaker.
    """
    known = dict(zip(recordings["recording"], recordings["speaker"], strict=True))
    numbers: NDArray[np.int64] = pd.factorize(names.map(known), sort=True)[0].astype(np.int64)
    return numbers
