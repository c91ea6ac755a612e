"""The verdicts as JUnit XML: a suite per system, a case per rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from streamwer.analysis.gate import text
from streamwer.analysis.gate.verdict import Finding, Verdict

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(verdicts: Sequence[Verdict]) -> str:
    """Render the whole document."""
    root = Element("testsuites", name="gate")
    for verdict in verdicts:
        _add_suite(root, verdict)
    indent(root)
    body = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _add_suite(root: Element, verdict: Verdict) -> None:
    suite = SubElement(root, "testsuite", name=_make_valid(verdict.system))
    comparable = _add_case(suite, verdict, "comparable")
    for reason in verdict.reasons:
        SubElement(comparable, "error", message=_make_valid(reason))
    if verdict.findings:
        failed = _add_case(suite, verdict, "recordings that failed")
        if verdict.too_many_failures:
            SubElement(failed, "failure", message=_make_valid(text.summarise_verdict(verdict)[0]))
    for finding in verdict.findings:
        _add_result(_add_case(suite, verdict, finding.metric), finding)
    for name in ("failure", "error", "skipped"):
        key = {"failure": "failures", "error": "errors"}.get(name, name)
        suite.set(key, str(sum(case.find(name) is not None for case in suite)))
    suite.set("tests", str(len(suite)))


def _add_case(suite: Element, verdict: Verdict, name: str) -> Element:
    return SubElement(suite, "testcase", classname=f"gate.{_make_valid(verdict.system)}", name=name)


def _add_result(case: Element, finding: Finding) -> None:
    words = _make_valid(f"{finding.label}: {text.format_change(finding)}; {finding.why}")
    if finding.fails:
        SubElement(case, "failure", message=words)
    elif finding.status == "information":
        SubElement(case, "skipped", message=words)
    else:
        SubElement(case, "system-out").text = words


def _make_valid(words: str) -> str:
    """Replace the characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", words)
