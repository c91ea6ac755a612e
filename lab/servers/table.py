"""The table of the study in docs/servers.md, made from reports/servers.json."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lab.servers.figures import NEVER

BEGIN, END = "<!-- the study: made by `make servers` -->", "<!-- end of the study -->"
_HEAD = (
    "| system | end of audio | WER | commit p50 / p95 | first shown p50 / p95 | tail loss | CPU |",
    "|:--|:--|--:|--:|--:|--:|--:|",
)
_BOARDS_HEAD = (
    "| system | first final text after speech | first text of any kind | word emission | PER"
    " | entities |",
    "|:--|--:|--:|--:|--:|--:|",
)
_BOARDS = (
    "The same runs in the terms of AA-WER Streaming (WER and median latency at two moments after"
    " the end of speech) and of Picovoice ([metrics](metrics.md#after-the-end-of-speech)), each"
    " system with its first policy:"
)


def render_table(report: Mapping[str, Any]) -> str:
    """Render the rows of a report as Markdown."""
    rows = report["systems"]
    first: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        if row["sessions"]:
            first.setdefault(row["system"], row)
    boards = (*_BOARDS_HEAD, *map(_render_boards_row, first.values()))
    notes = (*_render_notes(report), "", _BOARDS, "")
    return "\n".join((*_HEAD, *map(_render_row, rows), "", *notes, *boards))


def replace_table(page: str, report: Mapping[str, Any]) -> str:
    """Put the table between the marks of a page; a page without marks stays as it is."""
    marks = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    return marks.sub(lambda _: f"{BEGIN}\n{render_table(report)}\n{END}", page)


def _render_row(row: Mapping[str, Any]) -> str:
    if not row["sessions"]:
        return f"| {_quote(row['system'])} | | failed: {row['failure']} | | | | |"
    marks = "".join((" (void)" * row["void"], _render_failed(row)))
    latencies = (
        _render_pair(row[f"{kind}_p50_s"], row[f"{kind}_p95_s"]) for kind in ("commit", "shown")
    )
    cells = (
        _quote(row["system"]) + marks,
        _quote(row["end_of_audio"]),
        _render_share(row["wer"]),
        *latencies,
        _render_share(row["tail_loss"]),
        "–" if row["cpu_per_audio_s"] is None else f"{row['cpu_per_audio_s']:.2f}",
    )
    return f"| {' | '.join(cells)} |"


def _render_boards_row(row: Mapping[str, Any]) -> str:
    moments = (
        f"{_render_share(row[f'{name}_wer'])} after {_render_seconds(row[f'{name}_p50_s'])} s"
        for name in ("end_of_speech_final", "end_of_speech_any")
    )
    emission = f"{_render_seconds(row['word_emission_latency'])} s"
    shares = (_render_share(row[name]) for name in ("punctuation", "entities"))
    return f"| {' | '.join((_quote(row['system']), *moments, emission, *shares))} |"


def _render_failed(row: Mapping[str, Any]) -> str:
    failed = row["failed_sessions"]
    return f" ({failed} of {row['sessions']} sessions failed)" if failed else ""


def _render_notes(report: Mapping[str, Any]) -> Iterator[str]:
    calls, repeats = len(report["calls"]), report["repeats"]
    rows = [row for row in report["systems"] if row["sessions"]]
    versions = {row["version"]: None for row in rows if not row["version"].startswith("streamwer")}
    yield (
        f"The {calls} shortest bundled calls, {report['seconds']:.0f} s, {repeats} times with the"
        f" first policy of a system and once with the second; {report['model']['name']}"
        f" ({report['model']['mb']:.0f} MB), one thread each, {report['lanes']} systems at a time"
        f" on {report['machine']['cores']} cores. CPU is seconds per second of audio, of all the"
        f" processes of a system. {'; '.join(versions)}."
    )


def _quote(name: str) -> str:
    return f"`{name}`"


def _render_share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _render_pair(p50: float | str | None, p95: float | str | None) -> str:
    """Render both quantiles; the unit stands behind the last that is a number."""
    first, second = _render_seconds(p50), _render_seconds(p95)
    return f"{first} s / {second}" if p95 == NEVER != p50 else f"{first} / {second} s"


def _render_seconds(value: float | str | None) -> str:
    if value is None:
        return "–"
    return NEVER if value == NEVER else f"{value:.1f}"
