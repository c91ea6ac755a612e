"""The parts of the package depend on each other in one direction, and on nothing twice."""

from __future__ import annotations

import ast
from collections import defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDER = (
    *("errors", "types", "_util", "audio", "text", "provenance", "eventlog", "formats"),
    *("config", "models", "metrics", "recognisers", "alignment", "datasets", "policies"),
    *("simulation", "servers", "runners", "analysis", "reports", "api", "cli", "pipeline", "lab"),
)
"""Each part imports those before it only; docs/architecture.md draws it."""


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[parts[0] == "src" :]).removesuffix(".__init__")


FILES = {
    module_name(file): file
    for folder in ("src/streamwer", "pipeline", "lab")
    for file in (ROOT / folder).rglob("*.py")
}


def imports_of(name: str) -> set[str]:
    """Read all imports of a module: lazy ones, and those for type checkers, count too."""
    found = set()
    for node in ast.walk(ast.parse(FILES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{name}: a relative import"
            for each in node.names:
                whole = f"{node.module}.{each.name}"
                found.add(whole if whole in FILES else node.module)
    return {each for each in found if each in FILES and each != name}


def part_of(name: str) -> str:
    first, _, rest = name.partition(".")
    return rest.partition(".")[0] if first == "streamwer" else first


@pytest.mark.parametrize("name", sorted({*FILES} - {"streamwer"}))
def test_a_module_imports_only_what_comes_before_its_part(name: str) -> None:
    place = ORDER.index(part_of(name))
    above = {each for each in imports_of(name) if ORDER.index(part_of(each)) > place}
    assert not above


def test_no_module_is_imported_by_what_it_imports() -> None:
    TopologicalSorter({name: imports_of(name) for name in FILES}).prepare()


def test_every_part_has_its_place_in_the_order() -> None:
    parts = defaultdict(list)
    for name in FILES:
        parts[part_of(name)].append(name)
    assert {*parts} - {""} == {*ORDER}
