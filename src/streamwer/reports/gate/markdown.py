"""The verdicts for a pull request or a step summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from streamwer.analysis.gate import text
from streamwer.analysis.gate.verdict import Exit, Verdict

_MARKS = {
    "regressed": "❌",
    "missing": "❌",
    "improved": "✅",
    "held": "✅",
    "information": "ℹ️",  # noqa: RUF001 - an emoji, not a letter
}


def render(verdicts: Sequence[Verdict]) -> str:
    """One section per system."""
    return "\n".join(line for verdict in verdicts for line in _section(verdict)) + "\n"


def _section(verdict: Verdict) -> Iterator[str]:
    mark = "✅" if verdict.status == Exit.PASS else "❌"
    yield from (f"### {mark} {_safe(text.headline(verdict))}", "")
    for line in text.summary(verdict):
        yield f"- {_safe(line)}"
    yield ""
    if verdict.findings:
        yield from ("| | baseline | candidate | change | |", "|:--|--:|--:|--:|:--|")
        yield from _rows(verdict)
        yield ""
    if verdict.worst:
        yield from _worst(verdict)


def _rows(verdict: Verdict) -> Iterator[str]:
    for finding in verdict.findings:
        cells = (
            finding.label,
            text.figure(finding.change.baseline, finding.unit),
            text.figure(finding.change.candidate, finding.unit),
            text.change(finding),
            f"{_MARKS[finding.status]} {finding.status}: {finding.why}",
        )
        yield "| " + " | ".join(map(_safe, cells)) + " |"


def _worst(verdict: Verdict) -> Iterator[str]:
    yield from ("<details><summary>Most regressed recordings</summary>", "")
    for each in verdict.worst:
        yield f"- **{_safe(each.recording)}**: {_safe(text.counts(each))}"
        yield from (f"  - {_safe(line)}" for line in text.diffs(each))
    yield from ("", "</details>", "")


def _safe(words: str) -> str:
    """Text that a transcript may hold, as text."""
    for sign, meant in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\n", " ")):
        words = words.replace(sign, meant)
    for sign in "\\|*_`[]~":
        words = words.replace(sign, f"\\{sign}")
    return words
