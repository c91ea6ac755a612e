"""Figures of one log, as a table for a terminal and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from streamwer.config.scoring import ScoringConfig
from streamwer.formats.base import Log
from streamwer.formats.pairing import pair_references
from streamwer.formats.plain_text import FORMAT, describe_lines
from streamwer.formats.reference_files import References
from streamwer.metrics import store
from streamwer.metrics.latency import select_timed_words
from streamwer.metrics.registry import (
    PERCENTILES,
    list_latency_metrics,
    list_ratio_metrics,
    list_simulst_metrics,
)
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.summary import Percentiles, Summary, summarise
from streamwer.metrics.tables import Scores, name_block_unit
from streamwer.provenance.signature import Signature
from streamwer.text.normalise import Normaliser, get_normaliser
from streamwer.types import Reference

_WIDTH = 26
_EMPTY: Percentiles = {f"p{percentile}": Quantile(None) for percentile in PERCENTILES}
_OWN_KEYS = ("wer", "failures")
"""Figures that JSON has with their interval, or by recording."""
_CAUTION = {"recording": ", as no speaker is named; speakers who recur make them too short"}
_LEFT_OUT = "what was heard in segments that are not to be scored is left out"
_NOT_LEFT_OUT = (
    "words said in segments that are not to be scored count as inserted: the log does not say when"
    " each word was spoken"
)
_NO_WORD_TIMES = "the references have no word times"
NEVER = "never"
"""An infinite latency, in JSON too: that word was never emitted."""


@dataclass(frozen=True)
class LogFigures:
    """Scores of a log.

    Attributes:
        summary: the figures; a latency that the log does not have is without values.
        has_latencies: whether the references have word times, and the log has times.
        ideal: whether the log has the ideal latency.
        compute_aware: whether it has the latency with compute.
    """

    format: str
    signature: Signature
    scores: Scores
    summary: Summary
    has_latencies: bool
    ideal: bool
    compute_aware: bool
    notes: tuple[str, ...]

    def list_latencies(self) -> Mapping[str, Percentiles]:
        """Return the latencies by name, seconds after the word's end."""
        return {
            name: _EMPTY if name in self._unknown else percentiles
            for name, percentiles in self.summary.latencies.items()
        }

    @property
    def _unknown(self) -> set[str]:
        """The latencies that the log says nothing of."""
        known = {"commit_latency": self.compute_aware, "commit_latency_ideal": self.ideal}
        for metric in list_latency_metrics():
            if metric.needs:
                known[metric.name] = not math.isnan(self.summary.figures[metric.needs].value)
        return {name for name, is_known in known.items() if not is_known}

    def list_simulst_latencies(self) -> Mapping[str, Any]:
        """Return the simultaneous-translation latencies, seconds; NaN where the log lacks them."""
        found = self.summary.simulst_latency.to_record()
        if not self.compute_aware:
            for metric in list_simulst_metrics():
                found[metric.name]["aware"] = math.nan
        return found

    def _get_ratio(self, name: str) -> float:
        """Return a ratio; NaN where it is a matter of time that the log does not have."""
        known = name != "lag_slope" or (self.ideal and self.compute_aware)
        return self.summary.figures[name].value if known else math.nan

    def to_record(self) -> dict[str, object]:
        """Return all figures for JSON; NaN is unknown."""
        errors = self.summary.errors
        return {
            "format": self.format,
            "normaliser": self.signature.method.normaliser,
            "recordings": self.summary.recordings,
            "wer": asdict(self.summary.wer),
            "words": errors.words,
            "hits": errors.hits,
            "substitutions": errors.substitutions,
            "deletions": errors.deletions,
            "insertions": errors.insertions,
            **{
                name: {key: asdict(value) for key, value in percentiles.items()}
                for name, percentiles in self.list_latencies().items()
            },
            **{
                each.key or each.name: self._get_ratio(each.name)
                for each in list_ratio_metrics()
                if each.in_files and not each.measured and each.name not in _OWN_KEYS
            },
            "lagging": self.list_simulst_latencies(),
            "failures": dict(self.summary.failures),
            "notes": list(self.notes),
            "signature": self.signature.to_dict(),
        }

    def format_lines(self) -> Iterator[str]:
        """Yield the same as lines for a terminal."""
        count = self.summary.recordings
        yield format_row("log", f"{self.format}, {count} recording{'s' * (count != 1)}")
        yield from self._format_errors()
        yield from self._format_latencies()
        yield from self._format_simulst_latencies()
        yield from self._format_ratios(timed=False)
        yield format_row("failures", str(len(self.summary.failures)))
        for recording, reason in self.summary.failures.items():
            yield f"  {recording}: {reason}"
        yield format_row("signature", self.signature.to_line())
        for note in self.notes:
            yield f"note: {note}"

    def _format_errors(self) -> Iterator[str]:
        errors, wer = self.summary.errors, self.summary.wer
        rate = "no reference words" if errors.rate is None else f"{wer.value:.2%}"
        yield format_row(
            "WER", rate + (f"  [{wer.low:.2%}, {wer.high:.2%}]" if wer.is_known else "")
        )
        if wer.is_known:
            noun = name_block_unit(self.scores.recordings)
            blocks = self.scores.recordings["speaker"].nunique()
            yield format_row("intervals", f"over {blocks} {noun}s{_CAUTION.get(noun, '')}")
        counts = f"{errors.substitutions} / {errors.deletions} / {errors.insertions}"
        yield format_row(
            "S / D / I", f"{counts}  of {errors.words} words ({self.signature.method.normaliser})"
        )
        characters = self.summary.char_errors
        if characters.rate is not None:
            yield format_row("CER", f"{characters.rate:.2%}  of {characters.characters} characters")

    def _format_latencies(self) -> Iterator[str]:
        if not self.has_latencies:
            lacking = "the log has no times" if self.format == FORMAT else _NO_WORD_TIMES
            yield format_row("latency", lacking)
            return
        yield format_row("seconds", "".join(f"{f'p{q}':>17}" for q in PERCENTILES))
        for name, percentiles in self.list_latencies().items():
            cells = "".join(f"{_format_cell(value):>17}" for value in percentiles.values())
            yield format_row(
                name.replace("_", " "), "not in this log" if name in self._unknown else cells
            )
        yield from self._format_ratios(timed=True)

    def _format_ratios(self, *, timed: bool) -> Iterator[str]:
        """Yield a line for each known ratio that has words, and needs word times or does not."""
        for metric in list_ratio_metrics():
            value, label = self._get_ratio(metric.name), metric.shown.label
            if metric.timed != timed or not metric.shown.line or math.isnan(value):
                continue
            raw = (
                f", {self._get_ratio(each.name):.3f} {each.shown.label}"
                for each in list_ratio_metrics()
                if each.variant_of == metric.name
            )
            text = metric.shown.line.format(value) + "".join(raw)
            yield format_row(label if label.isupper() else label.lower(), text)

    def _format_simulst_latencies(self) -> Iterator[str]:
        delays = self.list_simulst_latencies()
        yield format_row("mean seconds", f"{'ideal':>17}{'with compute':>17}")
        for metric in list_simulst_metrics():
            cells = "".join(f"{_format_mean(each):>17}" for each in delays[metric.name].values())
            yield format_row(metric.shown.label, cells)
        silent = self.summary.simulst_latency.silent_recordings
        if silent:
            yield format_row("", f"{silent} that said nothing left out, as the peers do")


def score_log(
    log: Log,
    references: Sequence[Reference],
    normaliser: Normaliser,
    scoring: ScoringConfig,
    notes: Sequence[str] = (),
    name: str = "",
) -> LogFigures:
    """Score a log against its references.

    Args:
        log: the log, with no recording that the references lack.
        references: one per recording; those that the log lacks count as failed.
        normaliser: applied to both texts.
        scoring: of the intervals.
        notes: on the references.
        name: of the system; that of the format if empty.
    """
    if any(each.ignored_segments for each in references):
        notes = [*notes, _LEFT_OUT if log.has_word_times else _NOT_LEFT_OUT]
    if not log.has_word_times:
        references = [replace(each, ignored_segments=()) for each in references]
    scored = store.score_and_sign(references, log.events, normaliser, scoring.turn_pause_s)
    return LogFigures(
        format=log.format,
        signature=scored.signature,
        scores=scored.scores,
        summary=summarise(name or log.format, scored.scores, None, scoring, log.events.machine),
        has_latencies=log.has_times and bool(len(select_timed_words(scored.scores.words))),
        ideal=log.ideal,
        compute_aware=log.compute_aware,
        notes=(*log.notes, *notes),
    )


def pair_and_score(
    log: Log,
    references: References | None,
    scoring: ScoringConfig,
    *,
    name: str = "",
    language: str = "",
) -> LogFigures:
    """Score a log against the references of its recordings.

    Args:
        log: of any format.
        references: of files; None where the log has its own.
        scoring: the normaliser, and what the intervals need.
        name: of the system; that of the format if empty.
        language: spoken where a reference does not say it.

    Raises:
        LogError: there are no references, or the log has recordings that they lack.
    """
    events, paired = pair_references(log, references)
    spoken = [replace(each, language=each.language or language) for each in paired]
    notes = references.notes if references else ()
    if log.format == FORMAT and len(paired) == 1 and (note := describe_lines(events, paired[0])):
        notes = (*notes, note)
    words = get_normaliser(scoring.normaliser)
    return score_log(replace(log, events=events), spoken, words, scoring, notes, name)


def format_row(label: str, text: str) -> str:
    """Return a line of a table."""
    return f"{label:<{_WIDTH}}{text}".rstrip()


def _format_cell(quantile: Quantile) -> str:
    if quantile.value is None:
        return "n too small"
    return NEVER if math.isinf(quantile.value) else f"{quantile.value:.3f}"


def _format_mean(seconds: float) -> str:
    return "–" if math.isnan(seconds) else f"{seconds:.3f}"


def to_json_value(value: object) -> object:
    """Return a value that JSON can hold: NaN becomes null, infinity `never`."""
    if isinstance(value, dict):
        return {key: to_json_value(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else NEVER
    return value
