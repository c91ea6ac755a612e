"""The commands that the documentation shows exist, and its Python code gives what it says."""

from __future__ import annotations

import argparse
import doctest
import importlib.util
import itertools
import pkgutil
import re
import shlex
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from lab.capacity.command import create_parser as capacity
from lab.validation.command import create_parser as validate
from streamwer.cli.arguments import parse_arguments
from streamwer.cli.bench import build_bench_parser as bench_parser
from streamwer.cli.command import main
from streamwer.cli.commands import COMMANDS, RUN
from streamwer.cli.compare import build_compare_parser as compare_parser
from streamwer.cli.completion import build_completion_parser as completion_parser
from streamwer.cli.gate import build_gate_parser as gate_parser
from streamwer.cli.init import build_init_parser as init_parser
from streamwer.cli.score import build_score_parser as scoring_parser
from streamwer.cli.sweep.report import build_report_parser as gathering
from streamwer.cli.track import build_track_parser as track_parser
from streamwer.config.compose import compose_config
from tests.test_imports import ORDER

PAGES = (Path("README.md"), Path("CONTRIBUTING.md"), *sorted(Path("docs").glob("*.md")))
_BLOCK = re.compile(r"^```(?:console|sh|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
ELSEWHERE = {"apt-get", "arecord", "cd", "ffmpeg", "git", "hf", "pip", "ray", "sudo", "."}


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command line; where some have a prompt, the lines without one are output."""
    for page in PAGES:
        for block in _BLOCK.findall(page.read_text()):
            lines = block.replace("\\\n", " ").splitlines()
            prompted = [line for line in lines if line.startswith("$ ")]
            for line in prompted or lines:
                words = shlex.split(line.removeprefix("$ "), comments=True)
                for chained, command in itertools.groupby(words, lambda word: word == "&&"):
                    if not chained:
                        yield f"{page.name}: {line.strip()}", list(command)


def make(arguments: list[str]) -> None:
    targets = set(re.findall(r"^([a-z]+):", Path("Makefile").read_text(), re.MULTILINE))
    assert {word for word in arguments if "=" not in word} <= targets


PARSERS: dict[str, Callable[[], argparse.ArgumentParser]] = {
    "score": scoring_parser,
    "compare": compare_parser,
    "gate": gate_parser,
    "completion": completion_parser,
    "bench": bench_parser,
    "init": init_parser,
    "track": track_parser,
}
ALIASES = ("bench", "score", "compare", "gate", "track")


def streaming(arguments: list[str]) -> None:
    name, rest = arguments[0], arguments[1:]
    if {"-h", "--help", "--help-all"} & set(arguments):
        assert main(arguments) == 0
    elif name in PARSERS:
        PARSERS[name]().parse_args(rest)
    elif name in COMMANDS and name != RUN:
        assert not rest
    else:
        parse_arguments(rest if name == RUN else arguments)


def dvc(arguments: list[str]) -> None:
    choices = [value for flag, value in itertools.pairwise(arguments) if flag == "-S"]
    compose_config([each for each in choices if each != "experiment=mine"])  # that init writes
    for target in arguments[1:]:
        if arguments[0] == "repro" and not target.startswith("-"):
            assert Path(target.partition(":")[0]).is_file()


def python(arguments: list[str]) -> None:
    assert arguments[0] == "-m"
    if arguments[1] == "pip":
        return
    assert importlib.util.find_spec(arguments[1])
    if arguments[1] == "pipeline.sweep":
        choices = (word for word in arguments[2:] if word != "-m" and not word.startswith("hydra"))
        compose_config([_first(choice) for choice in choices], "sweep")
    if arguments[1] == "lab.capacity":
        compose_config(capacity().parse_args(arguments[2:]).overrides)
    if arguments[1] == "lab.validation":
        compose_config(["experiment=validation", *validate().parse_args(arguments[2:]).overrides])
    if arguments[1] == "streamwer.cli.sweep.report":
        gathering().parse_args(arguments[2:])


def _first(override: str) -> str:
    """The override of the first point: one of several values, or the beginning of a range."""
    ranged = re.sub(r"=(?:interval|range)\(([^,]+),.*", r"=\1", override)
    return re.sub(r"(=[^\[,]*),.*", r"\1", ranged)


def _call_alias(name: str, arguments: list[str]) -> None:
    streaming([name, *arguments])


CHECKS: dict[str, Callable[[list[str]], None]] = {
    "make": make,
    "streaming": streaming,
    **{f"streaming-{name}": partial(_call_alias, name) for name in ALIASES},
    "dvc": dvc,
    "python": python,
}


@pytest.mark.parametrize("words", [pytest.param(words, id=line) for line, words in commands()])
def test_the_command_exists(words: list[str]) -> None:
    program = Path(words[0]).name or words[0]  # the shell's own `.` has no name
    if program not in ELSEWHERE:
        CHECKS[program](words[1:])


def test_there_are_commands_to_check() -> None:
    assert len(list(commands())) > 10


@pytest.mark.parametrize(
    "page", [page for page in PAGES if _PYTHON.search(page.read_text())], ids=str
)
def test_the_code_gives_what_the_page_says(page: Path) -> None:
    """The Python blocks of a page are one session."""
    source = "\n".join(_PYTHON.findall(page.read_text()))
    session = doctest.DocTestParser().get_doctest(source, {}, page.name, str(page), 0)
    report: list[str] = []
    doctest.DocTestRunner().run(session, out=report.append)
    assert session.examples, f"{page}: its Python blocks hold no `>>>` lines"
    assert not report, "".join(report)


@pytest.mark.parametrize("page", [*PAGES, Path("CHANGELOG.md")], ids=str)
def test_its_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if not target.startswith("https://"):
            path, _, heading = target.partition("#")
            there = page.parent / path if path else page
            assert there.exists(), target
            assert not heading or heading in headings(there), target


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_modules_and_names_it_mentions_exist(page: Path) -> None:
    for name in re.findall(r"`((?:streamwer|lab|pipeline|tools)(?:\.\w+)+)[`(]", page.read_text()):
        assert pkgutil.resolve_name(name), name


def headings(page: Path) -> set[str]:
    """As links name them: without what is no letter, and with hyphens between words."""
    lines = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def test_the_architecture_names_the_parts_in_the_order_of_imports() -> None:
    page = Path("docs/architecture.md").read_text()
    section = page.partition("## The order of imports")[2].partition("\n## ")[0]
    drawn = ", ".join(re.findall(r'\["(.*?)"\]', section)).split(", ")
    assert tuple(drawn) == ORDER
    assert tuple(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == ORDER


def test_the_index_has_every_page_once() -> None:
    listed = re.findall(
        r"^- \[.*?\]\(([\w-]+\.md)\)", Path("docs/README.md").read_text(), re.MULTILINE
    )
    pages = [page.name for page in Path("docs").glob("*.md") if page.name != "README.md"]
    assert sorted(listed) == sorted(pages)
