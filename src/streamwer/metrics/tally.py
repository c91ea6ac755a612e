"""Counts of what was scored, made while the tables are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from streamwer.metrics.error_rate import pool_word_errors
from streamwer.metrics.tables import Scores
from streamwer.metrics.word_errors import WordErrors


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
