"""The figures of one log, as a table for people and as JSON for programs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from streamwer.config.experiment import ScoringConfig
from streamwer.formats.base import Log
from streamwer.formats.plain_text import FORMAT
from streamwer.metrics import store
from streamwer.metrics.simulst_latency import NAMES
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.summary import PERCENTILES, Percentiles, Summary, summarise, timed
from streamwer.metrics.tables import Scores, block_noun
from streamwer.metrics.word_errors import plain_rate
from streamwer.provenance.signature import Signature
from streamwer.text.normalise import Normaliser
from streamwer.types import Reference

_WIDTH = 26
_EMPTY: Percentiles = {f"p{percentile}": Quantile(None) for percentile in PERCENTILES}
_TITLES = {
    "laal": "LAAL",
    "stream_laal": "StreamLAAL",
    "al": "AL",
    "atd": "ATD",
    "end_offset": "end offset",
}
_CAUTION = {"recording": ", as no speaker is named; speakers who recur make them too short"}
_LEFT_OUT = "what was heard in segments that are not to be scored is left out"
_NOT_LEFT_OUT = (
    "words said in segments that are not to be scored count as inserted: the log does not say when"
    " each word was spoken"
)
_NO_WORD_TIMES = "the references have no word times"
NEVER = "never"
"""What stands for an infinite latency, in JSON too: that word was not emitted."""


@dataclass(frozen=True)
class Figures:
    """What a log scores.

    Attributes:
        format: which program's log it was.
        signature: what the scores are of.
        scores: the tables that the figures are of.
        summary: the figures; a latency that the log cannot tell has no values.
        timed: whether there are latencies: the references have word times, and the log has times.
        ideal: whether the log tells the ideal latency.
        compute_aware: whether it tells the latency with compute.
        notes: what the reader must know about this log.
    """

    format: str
    signature: Signature
    scores: Scores
    summary: Summary
    timed: bool
    ideal: bool
    compute_aware: bool
    notes: tuple[str, ...]

    def latencies(self) -> Mapping[str, Percentiles]:
        """Seconds after the word's end, by name."""
        summary = self.summary
        return {
            "commit_latency": summary.commit_latency if self.compute_aware else _EMPTY,
            "commit_latency_ideal": summary.commit_latency_ideal if self.ideal else _EMPTY,
            "shown_latency": summary.shown_latency,
            "shown_latency_raw": summary.shown_latency_raw,
            "first_text": summary.first_text,
            "finalisation": summary.finalisation,
        }

    def lagging(self) -> Mapping[str, Any]:
        """Seconds, ideal and computation-aware; NaN is what the log does not tell."""
        found = asdict(self.summary.lagging)
        for name in NAMES:
            found[name]["aware"] = found[name]["aware"] if self.compute_aware else math.nan
        return found

    def _aware_of_both(self) -> bool:
        return self.ideal and self.compute_aware

    def record(self) -> dict[str, object]:
        """All figures; None is what cannot be told, "never" an infinite latency."""
        errors = self.summary.errors
        return {
            "format": self.format,
            "normaliser": self.signature.method.normaliser,
            "recordings": self.summary.recordings,
            "wer": asdict(self.summary.wer),
            "cer": plain_rate(self.summary.char_errors),
            "words": errors.words,
            "hits": errors.hits,
            "substitutions": errors.substitutions,
            "deletions": errors.deletions,
            "insertions": errors.insertions,
            **{
                name: {key: asdict(value) for key, value in percentiles.items()}
                for name, percentiles in self.latencies().items()
            },
            "coverage": self.summary.coverage,
            "erasure": self.summary.erasure,
            "erasure_raw": self.summary.erasure_raw,
            "upwr": self.summary.upwr,
            "invented_per_minute": self.summary.invented,
            "lag_slope": self.summary.lag_slope if self._aware_of_both() else math.nan,
            "lagging": self.lagging(),
            "failures": dict(self.summary.failures),
            "notes": list(self.notes),
            "signature": self.signature.to_dict(),
        }

    def lines(self) -> Iterator[str]:
        """The same for a terminal."""
        errors, wer = self.summary.errors, self.summary.wer
        count = self.summary.recordings
        yield row("log", f"{self.format}, {count} recording{'s' * (count != 1)}")
        rate = "no reference words" if errors.rate is None else f"{wer.value:.2%}"
        yield row("WER", rate + (f"  [{wer.low:.2%}, {wer.high:.2%}]" if wer.known else ""))
        if wer.known:
            noun = block_noun(self.scores.recordings)
            blocks = self.scores.recordings["speaker"].nunique()
            yield row("intervals", f"over {blocks} {noun}s{_CAUTION.get(noun, '')}")
        counts = f"{errors.substitutions} / {errors.deletions} / {errors.insertions}"
        yield row(
            "S / D / I", f"{counts}  of {errors.words} words ({self.signature.method.normaliser})"
        )
        characters = self.summary.char_errors
        if characters.rate is not None:
            yield row("CER", f"{characters.rate:.2%}  of {characters.characters} characters")
        if self.timed:
            yield row("seconds", "".join(f"{f'p{q}':>17}" for q in PERCENTILES))
            for name, percentiles in self.latencies().items():
                told = name != "commit_latency_ideal" or self.ideal
                told = told and (name != "commit_latency" or self.compute_aware)
                cells = "".join(f"{_cell(value):>17}" for value in percentiles.values())
                yield row(name.replace("_", " "), cells if told else "not in this log")
            yield row("coverage", f"{self.summary.coverage:.2%} of the words were emitted")
        else:
            lacking = "the log has no times" if self.format == FORMAT else _NO_WORD_TIMES
            yield row("latency", lacking)
        yield from self._lagging_lines()
        if not math.isnan(self.summary.erasure):
            raw = f"{self.summary.erasure_raw:.3f} with case and punctuation"
            yield row(
                "erasure", f"{self.summary.erasure:.3f} words taken back per final word, {raw}"
            )
        if not math.isnan(self.summary.upwr):
            yield row("UPWR", f"{self.summary.upwr:.2%} of the tentative words shown did not hold")
        if not math.isnan(self.summary.invented):
            yield row("invented", f"{self.summary.invented:.2f} words per minute of non-speech")
        yield row("failures", str(len(self.summary.failures)))
        for recording, reason in self.summary.failures.items():
            yield f"  {recording}: {reason}"
        yield row("signature", self.signature.line())
        for note in self.notes:
            yield f"note: {note}"

    def _lagging_lines(self) -> Iterator[str]:
        found = self.lagging()
        yield row("mean seconds", f"{'ideal':>17}{'with compute':>17}")
        for name, title in _TITLES.items():
            delay = found[name]
            cells = "".join(f"{_mean(delay[kind]):>17}" for kind in ("ideal", "aware"))
            yield row(title, cells)
        silent = self.summary.lagging.silent_recordings
        if silent:
            yield row("", f"{silent} that said nothing left out, as the peers do")
        slope = self.summary.lag_slope if self._aware_of_both() else math.nan
        if not math.isnan(slope):
            yield row("lag slope", f"{slope:.3f} s gained per second of audio")


def figures(
    log: Log,
    references: Sequence[Reference],
    normaliser: Normaliser,
    scoring: ScoringConfig,
    notes: Sequence[str] = (),
    name: str = "",
) -> Figures:
    """Score a log against its references.

    Args:
        log: the log, with no recording that the references lack.
        references: one per recording; those that the log lacks count as failed.
        normaliser: what counts as the same word.
        scoring: of the intervals.
        notes: what is to be said about the references.
        name: of the system; that of the format if empty.
    """
    if any(each.unscored for each in references):
        notes = [*notes, _LEFT_OUT if log.spoken else _NOT_LEFT_OUT]
    if not log.spoken:
        references = [replace(each, unscored=()) for each in references]
    scored = store.scored(references, log.events, normaliser)
    return Figures(
        format=log.format,
        signature=scored.signature,
        scores=scored.scores,
        summary=summarise(name or log.format, scored.scores, None, scoring, {}),
        timed=log.timed and bool(len(timed(scored.scores.words))),
        ideal=log.ideal,
        compute_aware=log.compute_aware,
        notes=(*log.notes, *notes),
    )


def row(label: str, text: str) -> str:
    """A line of a table."""
    return f"{label:<{_WIDTH}}{text}".rstrip()


def _cell(quantile: Quantile) -> str:
    if quantile.value is None:
        return "n too small"
    return NEVER if math.isinf(quantile.value) else f"{quantile.value:.3f}"


def _mean(seconds: float) -> str:
    return "–" if math.isnan(seconds) else f"{seconds:.3f}"


def plain(value: object) -> object:
    """A value that JSON knows: NaN becomes null, and infinity `never`."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else NEVER
    return value
