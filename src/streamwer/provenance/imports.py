"""The files that a module imports, directly or not."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
"""The folder of this package's sources."""


def find_imported_files(
    modules: Iterable[str], roots: Iterable[Path] = (PACKAGE.parent,)
) -> list[Path]:
    """Find the files of modules and of all that they import, directly or not.

    Imports inside of functions count; those for type checkers only do not, nor does `importlib`.

    Args:
        modules: dotted names, "streamwer.runners.worker".
        roots: folders from which modules are imported; other modules are left out.

    Returns:
        Files, sorted.

    Raises:
        ModuleNotFoundError: one of `modules` is in none of the roots.
    """
    folders = tuple(roots)
    files: set[Path] = set()
    waiting = [_locate_or_fail(name, folders) for name in modules]
    while waiting:
        file = waiting.pop()
        if file not in files:
            files.add(file)
            waiting += (each for name in _read_imports(file) for each in _list_files(name, folders))
    return sorted(files)


def _locate_or_fail(name: str, roots: tuple[Path, ...]) -> Path:
    file = _locate(name, roots)
    if file is None:
        raise ModuleNotFoundError(f"no module {name}")
    return file


def _list_files(name: str, roots: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the file of a module, and the `__init__.py` of each package around it."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        if file := _locate(".".join(parts[:count]), roots):
            yield file


def _locate(name: str, roots: tuple[Path, ...]) -> Path | None:
    for root in roots:
        path = root.joinpath(*name.split("."))
        for file in (path / "__init__.py", path.with_suffix(".py")):
            if file.is_file():
                return file
    return None


@cache
def _read_imports(file: Path) -> frozenset[str]:
    return frozenset(_find_names(ast.parse(file.read_bytes()).body))


def _find_names(body: Iterable[ast.AST]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _find_names(node.orelse)
        else:
            yield from _find_names(ast.iter_child_nodes(node))
