"""Write docs/api.md, the page of the public API, from the docstrings.

Without `--write` the command only tells whether the page is current.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import streamwer

PAGE = Path("docs/api.md")
GROUPS = {
    "Measure": ("stream", "score", "compare", "report", "wer", "load_audio"),
    "What can be chosen": ("list_policies", "list_models", "list_metrics"),
    "Results": ("EventLog", "Score", "WordErrorRate", "SystemComparison", "SvgPlot"),
    "Write a policy": (
        *("policy", "setting", "Policy", "ConfiguredPolicy", "TrimmedBuffer"),
        *("Request", "Hypothesis", "Update"),
    ),
    "Data types and errors": ("Word", "Reference", "Step", "StreamwerError"),
}
INTRODUCTION = """\
# The Python API

This is all that `import streamwer as sw` gives. Everything else may change without notice. To
begin, see [the tutorial](score-your-own.md) and the notebooks in [examples](../examples).
`streamwer.__version__` is the version, as text. This page is made from the docstrings:
`python -m tools.api_docs --write`.
"""
_SECTION = re.compile(r"(Args|Attributes|Returns|Yields|Raises|Example):")
_ENTRY = re.compile(r"(\*{0,2}\w+): (.*)")


def main() -> int:
    made = argparse.ArgumentParser(prog="python -m tools.api_docs", description=__doc__)
    made.add_argument("--write", action="store_true", help=f"write {PAGE}")
    if made.parse_args().write:
        PAGE.write_text(make_page(), encoding="utf-8")
    current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == make_page()
    print(f"{PAGE}: {'current' if current else 'not current: python -m tools.api_docs --write'}")
    return 0 if current else 1


def make_page() -> str:
    """Make the page: a list of all names, then each with its docstring."""
    parts = [INTRODUCTION]
    for group, names in GROUPS.items():
        links = ", ".join(f"[`{name}`](#{_make_anchor(name)})" for name in names)
        parts.append(_wrap(f"- **{group}**: {links}", "  "))
    for group, names in GROUPS.items():
        parts.append(f"\n## {group}")
        parts += [line for name in names for line in describe(name, getattr(streamwer, name))]
    return "\n".join(parts) + "\n"


def describe(name: str, target: Any) -> Iterator[str]:
    """Yield the lines for a public function or class."""
    yield f"\n### {_make_title(name)}\n"
    if not isinstance(target, type) or is_dataclass(target):
        yield f"```py\n{format_call(name, target)}\n```\n"
    yield from format_docstring(inspect.getdoc(target) or "")
    if isinstance(target, type):
        for key, member in vars(target).items():
            if not key.startswith("_") and getattr(member, "__doc__", ""):
                yield from _describe_member(f"{name}.{key}", member)


def _describe_member(name: str, member: Any) -> Iterator[str]:
    if isinstance(member, property) or inspect.isfunction(member):
        heading = format_call(name, member) if inspect.isfunction(member) else name
        yield f"\n#### `{heading}`\n"
        yield from format_docstring(inspect.getdoc(member) or "")


def format_call(name: str, target: Any) -> str:
    """Format how something is called: its parameters and their defaults, without types."""
    parameters = inspect.signature(target).parameters.values()
    shown = [
        each.replace(annotation=each.empty)
        for each in parameters
        if each.name != "self" and not each.name.startswith("_")
    ]
    text = str(inspect.Signature(shown)).replace("<factory>", "…").replace("'", '"')
    return _wrap(name + re.sub(r"=(\w+)\(.*?\)", r"=\1()", text), "    ")


def format_docstring(text: str) -> Iterator[str]:
    """Yield a docstring in Google's style as Markdown: sections as lists, examples as code."""
    section, block = "", list[str]()
    for line in [*text.splitlines(), "End:"]:
        heading = _SECTION.fullmatch(line)
        if heading or line == "End:":
            yield from _format_section(section, block)
            section, block = heading[1] if heading else "", []
        else:
            block.append(line)


def _format_section(name: str, lines: list[str]) -> Iterator[str]:
    text = inspect.cleandoc("\n".join(lines))
    if not text:
        return
    if name:
        yield f"\n*{name}:*\n"
    if name == "Example":
        yield "```pycon\n" + re.sub(r"  # doctest: .*", "", text) + "\n```"
    elif name in ("Args", "Attributes", "Raises"):
        for entry in re.split(r"\n(?! )", text):
            yield "- " + _ENTRY.sub(r"`\1`: \2", re.sub(r"\n +", "\n  ", entry), count=1)
    else:
        yield text


def _make_title(name: str) -> str:
    return f"class {name}" if isinstance(getattr(streamwer, name), type) else name


def _make_anchor(name: str) -> str:
    return _make_title(name).lower().replace(" ", "-")


def _wrap(text: str, indent: str) -> str:
    return textwrap.fill(text, 116, subsequent_indent=indent, break_on_hyphens=False)


if __name__ == "__main__":
    sys.exit(main())
