"""GitHub Actions: annotations on the run, and the step summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from streamwer.analysis.gate import text
from streamwer.analysis.gate.verdict import Verdict
from streamwer.errors import StreamwerError
from streamwer.reports.gate import markdown


def workflow_commands(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """One workflow command for everything that fails, and for what became better."""
    for verdict in verdicts:
        title = f"gate: {text.headline(verdict)}"
        for reason in verdict.reasons:
            yield _command("error", title, reason)
        if verdict.too_many_failures:
            yield _command("error", title, text.summary(verdict)[0])
        for finding in verdict.findings:
            if finding.fails or finding.status == "improved":
                old, new = (
                    text.figure(value, finding.unit)
                    for value in (finding.change.baseline, finding.change.candidate)
                )
                words = f"{finding.label}: {old} → {new}, {text.change(finding)}; {finding.why}"
                yield _command("error" if finding.fails else "notice", title, words)


def summarise(verdicts: Sequence[Verdict], environment: Mapping[str, str]) -> None:
    """Add the verdicts to the step summary, where there is one.

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


def is_here(environment: Mapping[str, str]) -> bool:
    """Whether this runs as a step of GitHub Actions."""
    return environment.get("GITHUB_ACTIONS") == "true"


def _command(level: str, title: str, message: str) -> str:
    return f"::{level} title={_escaped(title, property_=True)}::{_escaped(message)}"


def _escaped(words: str, *, property_: bool = False) -> str:
    """As the runner undoes it; a property ends at a comma or colon."""
    pairs = [("%", "%25"), ("\r", "%0D"), ("\n", "%0A")]
    pairs += [(":", "%3A"), (",", "%2C")] if property_ else []
    for sign, code in pairs:
        words = words.replace(sign, code)
    return words
