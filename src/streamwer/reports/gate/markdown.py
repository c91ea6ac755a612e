"""The verdicts as Markdown, for a pull request or a step summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from streamwer.analysis.gate import text
from streamwer.analysis.gate.verdict import ExitStatus, Verdict

_MARKS = {
    "regressed": "❌",
    "missing": "❌",
    "improved": "✅",
    "held": "✅",
    "information": "ℹ️",  # noqa: RUF001 - an emoji, not a letter
}


def render(verdicts: Sequence[Verdict]) -> str:
    """Render one section per system."""
    return "\n".join(line for verdict in verdicts for line in _render_section(verdict)) + "\n"


def _render_section(verdict: Verdict) -> Iterator[str]:
    mark = "✅" if verdict.status == ExitStatus.PASS else "❌"
    yield from (f"### {mark} {_escape(text.format_headline(verdict))}", "")
    for line in text.summarise_verdict(verdict):
        yield f"- {_escape(line)}"
    yield ""
    if verdict.findings:
        yield from ("| | baseline | candidate | change | |", "|:--|--:|--:|--:|:--|")
        yield from _render_rows(verdict)
        yield ""
    if verdict.worst:
        yield from _render_worst(verdict)


def _render_rows(verdict: Verdict) -> Iterator[str]:
    for finding in verdict.findings:
        mark = f"{_MARKS[finding.status]} {finding.status}: {finding.why}"
        cells = (*text.list_cells(finding), mark)
        yield "| " + " | ".join(map(_escape, cells)) + " |"


def _render_worst(verdict: Verdict) -> Iterator[str]:
    yield from ("<details><summary>Most regressed recordings</summary>", "")
    for regressed in verdict.worst:
        counts = text.format_error_counts(regressed)
        yield f"- **{_escape(regressed.recording)}**: {_escape(counts)}"
        yield from (f"  - {_escape(line)}" for line in text.format_diffs(regressed))
    yield from ("", "</details>", "")


def _escape(words: str) -> str:
    """Escape text, since a transcript may hold markup."""
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\n", " ")):
        words = words.replace(sign, entity)
    for sign in "\\|*_`[]~":
        words = words.replace(sign, f"\\{sign}")
    return words
