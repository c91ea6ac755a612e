"""Transcripts of files, and the JSON document that holds them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from streamwer.formats import transcripts
from streamwer.provenance.signature import UNKNOWN
from streamwer.text.words import join_words
from streamwer.types import Step, Word

if TYPE_CHECKING:
    from streamwer.cli.settings import Settings

_DEPTH = 4
"""Depth in the document from which a value stays on one line: a word, an update."""


@dataclass(frozen=True)
class FileTranscript:
    """The transcript of one file.

    Attributes:
        seconds: length of its audio, None if that was not found out.
        error: why it could not be transcribed, or not to its end; None if it was.
        gaps: how often a live source has lost audio.
    """

    file: str
    seconds: float | None
    steps: tuple[Step, ...] = ()
    error: str | None = None
    gaps: int = 0

    @property
    def words(self) -> tuple[Word, ...]:
        """The committed words."""
        return tuple(word for step in self.steps for word in step.update.committed)

    @property
    def text(self) -> str:
        return join_words(word.text for word in self.words)

    @property
    def is_failed(self) -> bool:
        """Tell whether there is nothing of it."""
        return self.error is not None and not self.words

    def to_record(self) -> dict[str, Any]:
        """Return it without words and updates: what a line at its end says."""
        language = next((step.language for step in reversed(self.steps) if step.language), "")
        return {
            "file": self.file,
            "seconds": None if self.seconds is None else round(self.seconds, 3),
            **({"language": language} if language else {}),
            "text": None if self.is_failed else self.text,
            "error": self.error,
            **({"gaps": self.gaps} if self.gaps else {}),
        }


def build_header(chosen: Settings) -> dict[str, Any]:
    """Build what both forms of JSON begin with: schema, settings, and the facts of a signature."""
    from streamwer.runners.run_log import describe_run
    from streamwer.runners.worker_facts import collect_packages

    _, run = describe_run(collect_packages(chosen.system), chosen.system, UNKNOWN)
    return {
        "schema": transcripts.SCHEMA,
        "settings": dict(chosen.shown),
        "run": run.to_dict(),
    }


def format_document(header: Mapping[str, Any], entries: Sequence[str]) -> str:
    """Format the JSON document of a run, from `build_header` and the entries of `format_entry`."""
    head = format_json(dict(header)).removesuffix("\n}")
    files = ",\n    ".join(entries)
    return f'{head},\n  "files": [\n    {files}\n  ]\n}}\n'


def format_entry(transcript: FileTranscript) -> str:
    """Format the entry of a file: each word with its times, then each update of the text."""
    from streamwer.metrics.timeline import find_emissions  # only now: it brings the statistics

    steps = () if transcript.is_failed else transcript.steps
    words = [
        {
            **asdict(each.word),
            "shown": round(each.shown.emitted, 3),
            "committed": round(each.committed.emitted, 3),
        }
        for each in find_emissions(steps, str.casefold)
    ]
    updates = list(transcripts.shorten_updates(steps))
    return format_json({**transcript.to_record(), "words": words, "updates": updates}, 2)


def format_json(value: Any, depth: int = 0) -> str:
    """Format as indented JSON, with lists of plain values, words and updates on one line each."""
    parts = list(value.values() if isinstance(value, dict) else value) if _is_nested(value) else []
    if depth == _DEPTH or not parts or not (isinstance(value, dict) or any(map(_is_nested, parts))):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = [format_json(each, depth + 1) for each in parts]
    if isinstance(value, dict):
        keys = (json.dumps(key, ensure_ascii=False) for key in value)
        inner = [f"{key}: {each}" for key, each in zip(keys, inner, strict=True)]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    outer = "\n" + "  " * depth
    return f"{opening}{outer}  {f',{outer}  '.join(inner)}{outer}{closing}"


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list)
