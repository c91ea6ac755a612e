"""Score what was streamed, or what another system logged, from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from streamwer.analysis.log_figures import LogFigures, pair_and_score
from streamwer.api.plotting import SvgPlot, draw_latency_curves
from streamwer.api.references import (
    PathInput,
    ReferenceInput,
    has_plain_texts,
    load_references,
    select_references,
)
from streamwer.config.scoring import ScoringConfig
from streamwer.errors import DatasetError, LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats import plain_text
from streamwer.formats.base import Log
from streamwer.formats.detection import FORMATS, read_log
from streamwer.metrics.error_rate import count_word_errors
from streamwer.metrics.registry import list_ratio_metrics
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.stats.ratios import estimate_rate
from streamwer.metrics.word_errors import WordErrors
from streamwer.reports.runs import make_comparison
from streamwer.text.normalise import get_normaliser
from streamwer.text.word_alignment import align_words

LogInput = EventLog | PathInput | Sequence[PathInput]
DEFAULT_NORMALISER = "open_asr"


@dataclass(frozen=True)
class Score:
    """The figures of one system on some recordings. It prints as a table.

    Attributes:
        figures: everything that was counted; `streaming-score --json` writes the same.
    """

    figures: LogFigures = field(repr=False)

    @property
    def wer(self) -> Interval:
        """Word error rate as a fraction, with its interval over speakers."""
        return self.figures.summary.wer

    @property
    def errors(self) -> WordErrors:
        """Hits, substitutions, deletions and insertions, pooled."""
        return self.figures.summary.errors

    @property
    def signature(self) -> str:
        """Signature: the subject and the method of the measurement, in one line to quote."""
        return self.figures.signature.to_line()

    def latency(self, name: str = "commit_latency") -> Mapping[str, Quantile]:
        """Return the p50, p95 and p99 of a latency, seconds after the end of the word.

        Args:
            name: such as "commit_latency", "commit_latency_ideal" or "shown_latency".

        Raises:
            KeyError: there is no such latency.
        """
        return self.figures.list_latencies()[name]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per figure: name, value, low, high; NaN is unknown."""
        rows: list[dict[str, Any]] = [_row("wer", self.wer.value, self.wer.low, self.wer.high)]
        for name, percentiles in self.figures.list_latencies().items():
            rows += [_row(f"{name}_{p}_s", q.value, q.low, q.high) for p, q in percentiles.items()]
        known = self.figures.summary.figures
        others = (each.name for each in list_ratio_metrics() if each.name != "wer")
        rows += [_row(name, known[name].value) for name in others]
        return pd.DataFrame(rows).set_index("name")

    def words(self) -> pd.DataFrame:
        """Return one row per reference word: what was recognised for it, and when it was final."""
        return self.figures.scores.words

    def plot(self) -> SvgPlot:
        """Draw the share of words that are final within a time (a notebook shows it)."""
        return draw_latency_curves(make_comparison({"system": self.figures}))

    def __str__(self) -> str:
        return "\n".join(self.figures.format_lines())

    def _repr_html_(self) -> str:
        return f"<pre>{self}</pre>"


def score(
    log: LogInput,
    *,
    reference: ReferenceInput | None = None,
    format: str | None = None,
    normaliser: str = DEFAULT_NORMALISER,
    language: str = "",
    confidence: float = 0.95,
) -> Score:
    """Score a log: word errors, latencies, changes of shown text.

    Args:
        log: what `stream` returned, or files of any format that `streaming-score` reads.
        reference: the right words: files (CTM, STM, TSV, a manifest, plain text), a data set's
            folder, texts by recording, or `streamwer.Reference` records. Only those with word
            times give latencies. None where the log has its references (SimulEval's). Of what
            `stream` returned, the recordings that were streamed are scored; a log of files must
            have all, and those that it lacks count as failed.
        format: of the log's files, as `streaming-score --format` names it ("simuleval", "text");
            None tells it from their first line.
        normaliser: what counts as the same word: "open_asr", "basic", "multilingual",
            "by_language", "whisper_english" or "none".
        language: spoken in recordings whose reference does not say it ("de").
        confidence: of the intervals.

    Returns:
        The score, which prints itself.

    Raises:
        LogError: the log cannot be read, has a recording without a reference, or its format is
            unknown.
        DatasetError: the references cannot be read.

    Example:
        >>> import streamwer as sw
        >>> sw.score("hypotheses.txt", reference="references.txt").wer.value
        0.125
    """
    references = load_references(reference)
    if references and isinstance(log, EventLog):
        references = select_references(references, log)
    fallback = plain_text.FORMAT if has_plain_texts(reference) else ""
    read = to_log(log, format, fallback=fallback)
    scoring = ScoringConfig(normaliser=normaliser, confidence=confidence)
    return Score(pair_and_score(read, references, scoring, language=language))


def to_log(log: LogInput, format: str | None = None, *, fallback: str = "") -> Log:
    """Read a log from files, or wrap one of `stream`.

    Args:
        log: an event log, or the path or paths of a log of any format.
        format: of the files; None tells it from their first line.
        fallback: the format where the first line matches none; empty where that is an error.
    """
    if isinstance(log, EventLog):
        return Log("streamwer", log, has_word_times=True)
    paths = [log] if isinstance(log, str | PathLike) else log
    if format not in (None, *FORMATS):
        raise LogError(f"format={format!r}: there are {', '.join(FORMATS)}")
    return read_log([Path(each) for each in paths], format, fallback=fallback)


@dataclass(frozen=True)
class WordErrorRate:
    """Word errors of texts against their references. It prints as one line.

    Attributes:
        errors: hits, substitutions, deletions and insertions, pooled.
        interval: the rate as a fraction, with its interval over the pairs of texts; unknown ends
            for a single pair.
    """

    errors: WordErrors
    interval: Interval

    @property
    def rate(self) -> float:
        """Word error rate as a fraction: (S + D + I) / reference words (NIST)."""
        return self.interval.value

    def __float__(self) -> float:
        return self.rate

    def __str__(self) -> str:
        counts, ends = self.errors, self.interval
        interval = f" [{ends.low:.2%}, {ends.high:.2%}]" if ends.is_known else ""
        return (
            f"WER {self.rate:.2%}{interval}: {counts.substitutions} substitutions,"
            f" {counts.deletions} deletions, {counts.insertions} insertions"
            f" in {counts.words} words"
        )


def wer(
    reference: str | Sequence[str],
    hypothesis: str | Sequence[str],
    *,
    normaliser: str = DEFAULT_NORMALISER,
    language: str = "",
    confidence: float = 0.95,
) -> WordErrorRate:
    """Count the word errors of texts.

    Args:
        reference: the right words, one text or several.
        hypothesis: what was recognised, as many texts.
        normaliser: what counts as the same word; see `score`.
        language: of the texts ("de"), where the normaliser depends on it.
        confidence: of the interval, which treats each pair as independent of the others.

    Returns:
        Counts, rate and interval.

    Raises:
        DatasetError: there are not as many references as hypotheses, or they have no words.

    Example:
        >>> import streamwer as sw
        >>> print(sw.wer("the cat sat on the mat", "the cat sat on a mat"))
        WER 16.67%: 1 substitutions, 0 deletions, 0 insertions in 6 words
    """
    references, hypotheses = _to_texts(reference), _to_texts(hypothesis)
    if len(references) != len(hypotheses):
        raise DatasetError(f"{len(references)} references, but {len(hypotheses)} hypotheses")
    tokenise = get_normaliser(normaliser).for_language(language).tokenise
    pairs = zip(map(tokenise, references), map(tokenise, hypotheses), strict=True)
    counts = [count_word_errors(align_words(*pair)) for pair in pairs]
    total = sum(counts, WordErrors())
    if not total.words:
        raise DatasetError("reference: has no words, so that there is no word error rate")
    errors = np.array([each.errors for each in counts], float)
    words = np.array([each.words for each in counts], float)
    return WordErrorRate(total, estimate_rate(errors, words, confidence))


def _to_texts(texts: str | Sequence[str]) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)


def _row(name: str, value: float | None, *ends: float | None) -> dict[str, Any]:
    low, high = ends or (None, None)
    return {"name": name, "value": value, "low": low, "high": high}
