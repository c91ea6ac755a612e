"""The table of the study in docs/servers.md, made from reports/servers.json."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lab.servers.figures import NEVER

BEGIN, END = "<!-- the study: made by `make servers` -->", "<!-- end of the study -->"
_HEAD = (
    "| system | end of audio | WER | commit p50 / p95 | first shown p50 / p95 | tail loss | CPU |",
    "|:--|:--|--:|--:|--:|--:|--:|",
)
_INTERVALS = "Below the figures are 95 % intervals from leaving out each speaker in turn. "
_NONE = "The study was made before its intervals were kept. "
_BOARDS_HEAD = (
    "| system | first final text after speech | first text of any kind | word emission | PER"
    " | entities | end of turn | turns cut off |",
    "|:--|--:|--:|--:|--:|--:|--:|--:|",
)
_BOARDS = (
    "The same runs in the terms of AA-WER Streaming (WER and median latency at two moments after"
    " the end of speech) and of Picovoice, and for voice agents the median delay after a turn and"
    " the turns cut off ([metrics](metrics.md#after-the-end-of-speech)), each system with its first"
    " policy; – is not known:"
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
        _render_pair(row[f"{kind}_p50_s"], row[f"{kind}_p95_s"])
        + _render_intervals(row, f"{kind}_p50_s", f"{kind}_p95_s", form=_render_seconds)
        for kind in ("commit", "shown")
    )
    cells = (
        _quote(row["system"]) + marks,
        _quote(row["end_of_audio"]),
        _render_share(row["wer"]) + _render_intervals(row, "wer", form=_render_share),
        *latencies,
        _render_share(row["tail_loss"]) + _render_intervals(row, "tail_loss", form=_render_share),
        _render_cpu(row["cpu_per_audio_s"])
        + _render_intervals(row, "cpu_per_audio_s", form=_render_cpu),
    )
    return f"| {' | '.join(cells)} |"


def _render_boards_row(row: Mapping[str, Any]) -> str:
    moments = (
        f"{_render_share(row[f'{name}_wer'])} after {_render_latency(row[f'{name}_p50_s'])}"
        for name in ("end_of_speech_final", "end_of_speech_any")
    )
    emission = _render_latency(row["word_emission_latency"])
    shares = (_render_share(row[name]) for name in ("punctuation", "entities"))
    turns = _render_latency(row.get("end_of_turn_p50_s")), _render_share(row.get("early_cutoff"))
    return f"| {' | '.join((_quote(row['system']), *moments, emission, *shares, *turns))} |"


def _render_intervals(row: Mapping[str, Any], *keys: str, form: Callable[[Any], str]) -> str:
    """Render the intervals of a cell's figures, where the study has kept them."""
    known = [row.get("intervals", {}).get(key) for key in keys]
    texts = ("–" if each is None else f"{form(each[0])} to {form(each[1])}" for each in known)
    return f"<br><sub>{' / '.join(texts)}</sub>" if any(known) else ""


def _render_failed(row: Mapping[str, Any]) -> str:
    failed = row["failed_sessions"]
    return f" ({failed} of {row['sessions']} sessions failed)" if failed else ""


def _render_notes(report: Mapping[str, Any]) -> Iterator[str]:
    calls, repeats = len(report["calls"]), report["repeats"]
    rows = [row for row in report["systems"] if row["sessions"]]
    versions = {row["version"]: None for row in rows if not row["version"].startswith("streamwer")}
    intervals = _INTERVALS if any("intervals" in row for row in rows) else _NONE
    yield (
        f"The {calls} shortest bundled calls, {report['seconds']:.0f} s, {repeats} times with the"
        f" first policy of a system and once with the second; {report['model']['name']}"
        f" ({report['model']['mb']:.0f} MB), one thread each, {report['lanes']} systems at a time"
        f" on {report['machine']['cores']} cores. CPU is seconds per second of audio, of all the"
        f" processes of a system. {intervals}{'; '.join(versions)}."
    )


def _quote(name: str) -> str:
    return f"`{name}`"


def _render_cpu(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _render_share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _render_pair(p50: float | str | None, p95: float | str | None) -> str:
    """Render both quantiles; the unit stands behind the last that is a number."""
    render = _render_seconds if isinstance(p95, float) else _render_latency
    return f"{render(p50)} / {_render_latency(p95)}"


def _render_latency(value: float | str | None) -> str:
    unit = " s" if isinstance(value, float) else ""
    return f"{_render_seconds(value)}{unit}"


def _render_seconds(value: float | str | None) -> str:
    if value is None:
        return "–"
    return NEVER if value == NEVER else f"{value:.1f}"
