"""Where the word times of a data set come from: stored beside them, shown in the report."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from streamwer.alignment.quality import Judgement
from streamwer.errors import DatasetError

NAME = "word_times.json"
DATASET = "dataset"


@dataclass(frozen=True)
class Placing:
    """Where the word times of one recording come from.

    Attributes:
        recording: its id.
        words: how many words its transcript has.
        source: "dataset", "forced" or "published"; "" where it has no word times.
        reason: why it has none.
        judgement: of a forced alignment.
        mismatched: of a published one, the share of words that it spells otherwise.
    """

    recording: str
    words: int
    source: str = ""
    reason: str = ""
    judgement: Judgement | None = None
    mismatched: float = 0.0


@dataclass(frozen=True)
class Origin:
    """Where the word times of a data set come from.

    Attributes:
        method: "none", "forced" or "published": what was done for recordings without word times.
        aligner: name of the model that aligned, or of the files; "" where nothing was to be done.
        digest: of the model's files, or of the published ones.
        placings: of every recording, sorted by id.
        bias_s: how late the aligner's word ends are known to be, below 0 if early; None if not.
    """

    method: str = "none"
    aligner: str = ""
    digest: str = ""
    placings: tuple[Placing, ...] = ()
    bias_s: float | None = None

    @property
    def coverage(self) -> float:
        """Share of all words that have times."""
        words = sum(placing.words for placing in self.placings)
        timed = sum(placing.words for placing in self.placings if placing.source)
        return timed / words if words else 0.0

    def line(self) -> str:
        """One line for a report."""
        sources = Counter(placing.source for placing in self.placings if placing.source)
        if not sources:
            return "none"
        parts = [f"{self._named(source)}: {count}" for source, count in sorted(sources.items())]
        told = f"{'; '.join(parts)} recordings; {self.coverage:.1%} of words"
        judged = [placing for placing in self.placings if placing.judgement]
        if judged:
            words = sum(placing.words for placing in judged)
            explained = sum(p.words * p.judgement.explained for p in judged if p.judgement)
            told += f"; {explained / words:.0%} explained; {self._bias()}"
        return told

    def _bias(self) -> str:
        """What every latency is off by, as far as it is known."""
        if self.bias_s is None:
            return "bias of word ends not measured"
        way = "early: latencies are longer" if self.bias_s < 0 else "late: latencies are shorter"
        return f"word ends {1000 * abs(self.bias_s):.0f} ms {way} by as much"

    def refused(self) -> tuple[Placing, ...]:
        """The recordings that were to get word times, and got none."""
        return tuple(placing for placing in self.placings if placing.reason)

    def _named(self, source: str) -> str:
        return "data set" if source == DATASET else f"{source} ({self.aligner}@{self.digest})"


def write(folder: Path, origin: Origin) -> None:
    """Write it into an existing folder; the same origin gives the same bytes."""
    record = asdict(origin) | {"coverage": round(origin.coverage, 6), "line": origin.line()}
    text = json.dumps(record, ensure_ascii=False, indent=1)
    (folder / NAME).write_text(f"{text}\n", encoding="utf-8")


def read(folder: Path) -> Origin:
    """Read it again.

    Raises:
        DatasetError: it is missing, or not what `write` writes.
    """
    path = folder / NAME
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        placings = tuple(_placing(each) for each in record["placings"])
        names = ("method", "aligner", "digest")
        known = {name: record[name] for name in names}
        return Origin(**known, placings=placings, bias_s=record.get("bias_s"))
    except OSError as error:
        raise DatasetError(f"{path}: not there; run `python -m pipeline.align`") from error
    except (ValueError, TypeError, KeyError) as error:
        raise DatasetError(f"{path}: not readable; run `python -m pipeline.align`") from error


def _placing(record: dict[str, Any]) -> Placing:
    values = {field.name: record[field.name] for field in fields(Placing)}
    judgement = values["judgement"]
    return Placing(**values | {"judgement": Judgement(**judgement) if judgement else None})
