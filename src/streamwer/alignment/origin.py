"""The origin of a data set's word times, which is stored with them and shown in the report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamwer.alignment.quality import AlignmentQuality
from streamwer.errors import DatasetError

FILE_NAME = "word_times.json"
DATASET = "dataset"
_KEYS = {
    "recordings": "placings",
    "quality": "judgement",
    "information_gain": "explained",
    "implausible_durations": "odd",
    "non_speech": "silent",
    "unaligned_speech": "unsaid",
}
"""Keys of the file by field, where the two differ."""
_NAMES = {key: name for name, key in _KEYS.items()}


@dataclass(frozen=True)
class RecordingOrigin:
    """Origin of the word times of one recording.

    Attributes:
        recording: its id.
        words: number of words of its transcript.
        source: "dataset", "forced" or "published"; "" where it has no word times.
        reason: why it has none.
        quality: of a forced alignment.
        mismatched: share of words that a published alignment spells otherwise.
    """

    recording: str
    words: int
    source: str = ""
    reason: str = ""
    quality: AlignmentQuality | None = None
    mismatched: float = 0.0


@dataclass(frozen=True)
class WordTimesOrigin:
    """Origin of the word times of a data set.

    Attributes:
        method: "none", "forced" or "published", for recordings without word times.
        aligner: name of the model or of the published files; "" without alignment.
        digest: of the model's files, or of the published ones.
        recordings: origin of each recording, sorted by id.
        bias_s: known bias of the aligner's word ends, below 0 if early; None if unknown.
    """

    method: str = "none"
    aligner: str = ""
    digest: str = ""
    recordings: tuple[RecordingOrigin, ...] = ()
    bias_s: float | None = None

    @property
    def coverage(self) -> float:
        """Share of all words that have times."""
        words = sum(recording.words for recording in self.recordings)
        timed = sum(recording.words for recording in self.recordings if recording.source)
        return timed / words if words else 0.0

    def format_line(self) -> str:
        """Format the origin as one line for a report."""
        sources = Counter(recording.source for recording in self.recordings if recording.source)
        if not sources:
            return "none"
        parts = [
            f"data set: {count}"
            if source == DATASET
            else f"{source} ({self.aligner}@{self.digest}): {count}"
            for source, count in sorted(sources.items())
        ]
        line = f"{'; '.join(parts)} recordings; {self.coverage:.1%} of words"
        aligned = [recording for recording in self.recordings if recording.quality]
        if aligned:
            words = sum(recording.words for recording in aligned)
            explained = sum(p.words * p.quality.information_gain for p in aligned if p.quality)
            line += f"; {explained / words:.0%} explained; {self._format_bias()}"
        return line

    def _format_bias(self) -> str:
        """Format the known bias of every latency."""
        if self.bias_s is None:
            return "bias of word ends not measured"
        way = "early: latencies are longer" if self.bias_s < 0 else "late: latencies are shorter"
        return f"word ends {1000 * abs(self.bias_s):.0f} ms {way} by as much"

    def list_refused(self) -> tuple[RecordingOrigin, ...]:
        """List the recordings that could not be aligned."""
        return tuple(recording for recording in self.recordings if recording.reason)


def write_origin(folder: Path, origin: WordTimesOrigin) -> None:
    """Write the origin into an existing folder; the same origin gives the same bytes."""
    record = _rename(vars(origin), _KEYS) | {
        "placings": [_to_record(recording) for recording in origin.recordings],
        "coverage": round(origin.coverage, 6),
        "line": origin.format_line(),
    }
    text = json.dumps(record, ensure_ascii=False, indent=1)
    (folder / FILE_NAME).write_text(f"{text}\n", encoding="utf-8")


def read_origin(folder: Path) -> WordTimesOrigin:
    """Read the origin from a folder.

    Raises:
        DatasetError: it is missing, or not what `write_origin` writes.
    """
    path = folder / FILE_NAME
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return WordTimesOrigin(
            record["method"],
            record["aligner"],
            record["digest"],
            tuple(map(_from_record, record["placings"])),
            record.get("bias_s"),
        )
    except OSError as error:
        raise DatasetError(f"{path}: not there; run `python -m pipeline.align`") from error
    except (ValueError, TypeError, KeyError) as error:
        raise DatasetError(f"{path}: not readable; run `python -m pipeline.align`") from error


def _to_record(recording: RecordingOrigin) -> dict[str, Any]:
    quality = recording.quality and _rename(vars(recording.quality), _KEYS)
    return _rename(vars(recording), _KEYS) | {"judgement": quality}


def _from_record(record: Mapping[str, Any]) -> RecordingOrigin:
    values = _rename(record, _NAMES)
    if values["quality"]:
        values["quality"] = AlignmentQuality(**_rename(values["quality"], _NAMES))
    return RecordingOrigin(**values)


def _rename(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in values.items()}
