"""SimulStreaming's JSON lines, after `whisper_streaming/whisper_online_main.py` (077ea37, 2026).

One object per update: `text`, `start` and `end` (s of audio), `words`, `is_final` (the end of an
utterance) and `emission_time` (s since the processing began; the end of the audio fed with
`--comp_unaware`). An update without text has neither `text` nor `start`. One file per recording,
named after it. AlignAtt never takes text back, but an update may end within a word: the texts are
joined as they are, and a word is committed by the update that completed it. Where no text of the
file begins with a space, they were stripped, and each begins a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from streamwer.formats.base import Log, read_json_lines
from streamwer.formats.revisions import Revision, build_updates
from streamwer.formats.whisper_streaming import (
    build_log,
    build_timed_steps,
    check_emission_order,
)
from streamwer.types import Step


def read_simulstreaming(paths: Sequence[Path]) -> Log:
    """Read one recording per file.

    Raises:
        LogError: a line is malformed or earlier than the one before; names the file and the line.
    """
    return build_log("simulstreaming", map(_read_steps, paths))


def _read_steps(path: Path) -> tuple[Step, ...]:
    emitted: list[float] = []
    revisions: list[Revision] = []
    lines = list(read_json_lines(path))
    stripped = not any(str(line.record.get("text") or "")[:1].isspace() for line in lines)
    for line in lines:
        emitted.append(line.number("emission_time"))
        check_emission_order(line.where, emitted)
        text, start, end = "", emitted[-1], emitted[-1]
        if line.record.get("text"):
            text, start, end = line.text("text"), line.number("start"), line.number("end")
        closing = " " if stripped or line.record.get("is_final") else ""
        revisions.append(Revision(0, (text + closing,), start, end))
    return build_timed_steps(path.stem, emitted, build_updates(revisions))
