"""GitHub Actions: annotations on the run, and the step summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from streamwer.analysis.gate import text
from streamwer.analysis.gate.verdict import Verdict
from streamwer.errors import StreamwerError
from streamwer.reports.gate import markdown


def list_workflow_commands(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield one workflow command for each failure and each improvement."""
    for verdict in verdicts:
        title = f"gate: {text.format_headline(verdict)}"
        for reason in verdict.reasons:
            yield _format_command("error", title, reason)
        if verdict.too_many_failures:
            yield _format_command("error", title, text.summarise_verdict(verdict)[0])
        for finding in verdict.findings:
            if finding.fails or finding.status == "improved":
                label, old, new, change = text.list_cells(finding)
                words = f"{label}: {old} → {new}, {change}; {finding.why}"
                yield _format_command("error" if finding.fails else "notice", title, words)


def write_step_summary(verdicts: Sequence[Verdict], environment: Mapping[str, str]) -> None:
    """Append the verdicts to the step summary, where there is one.

    Raises:
        StreamwerError: it cannot be written.
    """
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(path).open("a", encoding="utf-8", errors="replace") as opened:
                opened.write(markdown.render(verdicts))
        except OSError as error:
            raise StreamwerError(
                f"{path}: the step summary cannot be written ({error.strerror}); unset"
                " GITHUB_STEP_SUMMARY to do without"
            ) from error


def _format_command(level: str, title: str, message: str) -> str:
    return f"::{level} title={_escape(title, property_=True)}::{_escape(message)}"


def _escape(words: str, *, property_: bool = False) -> str:
    """Escape as the runner expects; a property ends at a comma or colon."""
    pairs = [("%", "%25"), ("\r", "%0D"), ("\n", "%0A")]
    pairs += [(":", "%3A"), (",", "%2C")] if property_ else []
    for sign, code in pairs:
        words = words.replace(sign, code)
    return words
