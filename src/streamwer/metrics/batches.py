"""Scoring of a log of any length: some recordings at a time, counted as they go by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from streamwer.config.scoring import ScoringConfig
from streamwer.errors import LogError
from streamwer.metrics.error_rate import pool_word_errors
from streamwer.metrics.tables import Scores, score_recordings
from streamwer.metrics.word_errors import WordErrors
from streamwer.text.normalise import Normaliser
from streamwer.types import Failure, Reference, Step

BATCH_SIZE = 1_000
"""Recordings that are scored at a time."""

T = TypeVar("T")


def score_in_batches(
    references: Iterable[Reference],
    recordings: Iterable[Sequence[Step]],
    failures: Iterable[Failure],
    normaliser: Normaliser,
    turn_pause_s: float = ScoringConfig.turn_pause_s,
    cpu: Mapping[str, float] | None = None,
) -> Iterator[Scores]:
    """Yield the tables of `streamwer.metrics.tables.score`, a thousand recordings at a time.

    Args:
        references: in order of their ids.
        recordings: the steps of one recording each, in order of its id.
        failures: of the log.
        normaliser: of both texts.
        turn_pause_s: as of `score`.
        cpu: processor time of a server, seconds by id, where it is known.

    Raises:
        LogError: there are no references, or something is out of order.
    """
    reasons = {failure.recording: failure.reason for failure in failures}
    played = _match_steps(references, recordings)
    part = list(islice(played, BATCH_SIZE))
    if not part:
        raise LogError("there are no references to score the log against")
    while part:
        yield score_recordings(part, reasons, normaliser, turn_pause_s, cpu)
        part = list(islice(played, BATCH_SIZE))


def _match_steps(
    references: Iterable[Reference], recordings: Iterable[Sequence[Step]]
) -> Iterator[tuple[Reference, Sequence[Step]]]:
    """Yield each reference with the steps of its recording, if the log has any."""
    played = _check_order((steps[0].recording, steps) for steps in recordings if steps)
    name, steps = next(played, ("", ()))
    for wanted, reference in _check_order((each.recording, each) for each in references):
        while steps and name < wanted:
            name, steps = next(played, ("", ()))
        yield reference, steps if name == wanted else ()
    for _ in played:
        pass  # a step that came too late for its reference must not pass for one that is missing


def _check_order(named: Iterable[tuple[str, T]]) -> Iterator[tuple[str, T]]:
    last = ""
    for name, each in named:
        if name <= last:
            raise LogError(f"'{name}' comes after '{last}': ids must be in order to be scored so")
        last = name
        yield name, each


@dataclass
class ScoreTally:
    """What was scored, counted as it goes by: a log of any length is never held."""

    recordings: int = 0
    failed: int = 0
    errors: WordErrors = field(default_factory=WordErrors)

    def count_batches(self, parts: Iterable[Scores]) -> Iterator[Scores]:
        """Count what passes, and yield it as it is."""
        for part in parts:
            self.recordings += len(part.recordings)
            self.failed += int((part.recordings["failure"] != "").sum())
            self.errors += pool_word_errors(part.recordings)
            yield part

    def format_line(self) -> str:
        """Format the counts, and the WER where a word was said."""
        rate = self.errors.rate
        wer = f", WER {rate.value:.1%}" if rate else ""
        words = f"{self.errors.words} words{wer}"
        return f"{self.recordings} recordings, {self.failed} failed, {words}"
