"""The workflows, and the YAML of the documentation: it can be read, and its commands exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_docs import CHECKS, PAGES

WORKFLOWS = sorted(Path(".github/workflows").glob("*.yml"))
EXAMPLES = [
    (page, block)
    for page in PAGES
    for block in re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
]
TEXTS = [(path, path.read_text()) for path in WORKFLOWS] + EXAMPLES


def texts(node: Any) -> Iterator[str]:
    """Every text in a YAML document."""
    if isinstance(node, str):
        yield node
    for child in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from texts(child)


def commands() -> Iterator[tuple[str, str, list[str]]]:
    """Every line of ours, without the shell's own way to leave out an option."""
    for path, text in TEXTS:
        for line in "\n".join(texts(yaml.safe_load(text))).splitlines():
            plain = re.sub(r'\$\{\w+:\+(.*?"\$\w+")\}', r"\1", line)
            if re.match(r"streaming|make |(\S+/)?python -m (pipeline|lab)\.", plain):
                program, *words = shlex.split(plain)
                yield f"{path.name}: {plain}", Path(program).name, words


@pytest.mark.parametrize(
    ("program", "words"),
    [pytest.param(program, words, id=name) for name, program, words in commands()],
)
def test_its_commands_exist(program: str, words: list[str]) -> None:
    CHECKS[program](words)


def test_there_are_commands_and_examples_to_check() -> None:
    assert len(list(commands())) > 10
    assert len(EXAMPLES) >= 2


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_a_workflow_calls_takes_what_it_is_given(path: Path) -> None:
    for job in yaml.safe_load(path.read_text())["jobs"].values():
        if called := job.get("uses"):
            check_call(Path(called), job)


def test_the_example_calls_the_workflow_with_what_it_takes() -> None:
    (example,) = (yaml.safe_load(text) for _, text in EXAMPLES if "gate.yml" in text)
    job = example["jobs"]["gate"]
    check_call(Path(job["uses"].partition("streamwer/")[2].partition("@")[0]), job)


def check_call(workflow: Path, job: dict[str, Any]) -> None:
    called = yaml.safe_load(workflow.read_text())
    (triggers,) = (called[key] for key in called if key in ("on", True))  # YAML 1.1: `on` is true
    inputs = (triggers["workflow_call"] or {}).get("inputs", {})
    given = job.get("with", {})
    assert {*given} <= {*inputs}
    assert {name for name, each in inputs.items() if each.get("required")} <= {*given}
